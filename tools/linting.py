"""`./run lint`: style, types, templates and the order of the layers."""

import subprocess

from tools.console import PRIVATE, ROOT, say, tool_environment
from tools.stages import VENV, set_up

TEMPLATES = "arraigo/web/templates"
CHECKS = (
    ("Style and mistakes", ["ruff", "check", "."]),
    ("Formatting", ["ruff", "format", "--check", "."]),
    ("Layers", ["lint-imports", "--no-cache"]),
    ("Templates", ["djlint", TEMPLATES, "--lint", "--quiet"]),
    ("Types", ["mypy"]),
)


def lint() -> int:
    """Run every check, also after one has failed; 1 where any has."""
    set_up(front_end=False)
    failed = [title for title, command in CHECKS if not _passes(title, command)]
    if failed:
        say(f"Not in order: {', '.join(failed)}.")
    return int(bool(failed))


def _passes(title: str, command: list[str]) -> bool:
    say(f"— {title}")
    environment = tool_environment({"ARRAIGO_DATA_DIR": str(PRIVATE / "lint")})
    program = VENV / "bin" / command[0]
    return subprocess.run([str(program), *command[1:]], cwd=ROOT, env=environment).returncode == 0
