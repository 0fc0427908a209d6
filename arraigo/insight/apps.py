from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "arraigo.insight"
    label = "insight"

    def ready(self) -> None:
        """The sweep goes on with an evaluation that was cut off."""
        from arraigo.insight.actions import complete_evaluations
        from arraigo.retention import sweeps

        sweeps.add(complete_evaluations)
