"""The indicator of the procedure for one month (III.2)."""

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from arraigo.insight import indicator
from arraigo.procedure import queries as procedures
from arraigo.records import RuleBroken

FIRST, LAST = dt.date(1970, 1, 1), dt.date(3000, 1, 1)


def month(text: str) -> dt.date:
    """`2026-05` as its first day; CommandError for anything else."""
    try:
        found = dt.date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"{text!r} is no month: write for example 2026-05.", returncode=2) from error
    if not FIRST <= found < LAST:
        raise CommandError(
            f"{text!r} lies before any record or too far ahead: write for example 2026-05.", returncode=2
        )
    return found


class Command(BaseCommand):
    help = "Bajas of a month against those of the month before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="YYYY-MM")
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object on one line.")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        wanted = month(options["month"])
        try:
            found = indicator.of_month(wanted, procedures.current_policy()).as_line()
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(", ".join(f"{name} {value}" for name, value in found.items()))
