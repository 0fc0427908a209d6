from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "arraigo.imports"
    label = "imports"

    def ready(self) -> None:
        """The sweeps pick files up and go on with imports whose worker died."""
        from arraigo.imports.jobs import pick_up, resume_imports
        from arraigo.retention import sweeps

        sweeps.add(pick_up)
        sweeps.add(resume_imports)
