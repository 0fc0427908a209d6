from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "arraigo.fieldwork"
    label = "fieldwork"

    def ready(self) -> None:
        """The papers that visits left signed are proved with the log."""
        from arraigo.eventlog import papers
        from arraigo.fieldwork import queries

        papers.proved(queries.papers)
