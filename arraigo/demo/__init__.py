"""A composed operator in Cochabamba: nobody in it is a real person."""

DEMO_PASSWORD = "arraigo-demo-2026"  # noqa: S105 -- printed by ./run, worthless outside a demo
