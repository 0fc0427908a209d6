"""The report of one month's indicator by e-mail to both heads of division (III.2)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arraigo import clock
from arraigo.insight import queries, report
from arraigo.insight.management.commands.indicator import month
from arraigo.records import RuleBroken


class Command(BaseCommand):
    help = "Write the monthly report to both heads of division, each once; or show it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", help="YYYY-MM; by default the last finished month.")
        parser.add_argument("--show", action="store_true", help="Print the text and send nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = month(options["month"]) if options["month"] else clock.previous_month(clock.today())
        try:
            if options["show"]:
                self.stdout.write(report.words(queries.month_figures(wanted)))
            else:
                self.stdout.write(f"written to {report.send_report(wanted, actor=None)}")
        except RuleBroken as error:
            raise CommandError(str(error)) from error
