"""Propose the holidays of a year; people correct them afterwards."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from arraigo import clock
from arraigo.records import RuleBroken
from arraigo.workdays import actions


class Command(BaseCommand):
    help = "Add the Bolivian holidays of a year to the calendar, as a first proposal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="The year; by default the present one.")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            year = options["year"]
            added = actions.fill_holidays(clock.today().year if year is None else year)
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        for holiday in added:
            self.stdout.write(str(holiday))
        self.stdout.write(f"added {len(added)}")
