from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "arraigo.insight"
    label = "insight"

    def ready(self) -> None:
        """Signed evaluations are proved with the log.

        The sweep judges cases, counts the live base, goes on with a cut-off evaluation, sends the report.
        """
        from arraigo.eventlog import papers
        from arraigo.insight import queries
        from arraigo.insight.actions import complete_evaluations
        from arraigo.insight.live_base import count_live_base
        from arraigo.insight.report import send_due_report
        from arraigo.insight.saves import judge_due_cases
        from arraigo.retention import sweeps

        for sweep in (judge_due_cases, count_live_base, complete_evaluations, send_due_report):
            sweeps.add(sweep)
        papers.proved(queries.papers)
