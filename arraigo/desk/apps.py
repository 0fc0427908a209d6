from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "arraigo.desk"
    label = "desk"

    def ready(self) -> None:
        """The sweep tells of callbacks that are due and clears what nobody needs any more."""
        from arraigo.desk import receivers  # noqa: F401
        from arraigo.desk.actions import clear, remind
        from arraigo.retention import sweeps

        for sweep in (remind, clear):
            sweeps.add(sweep)
