"""`./run manage repeat-faults`: products with a repeated fault now, and repeats over the whole history."""

import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from arraigo import clock
from arraigo.procedure.queries import current_policy
from arraigo.records import RuleBroken
from arraigo.tickets import repetition


def moment(text: str) -> dt.datetime:
    """An ISO moment or day; La Paz time where no zone is given, a day at its end."""
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{text!r} is no moment: write for example 2026-03-31 or 2026-03-31T18:30.", returncode=2
        ) from error
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise CommandError(
            f"{text!r} lies before any record or too far ahead: write for example 2026-03-31.", returncode=2
        )
    if len(text) <= len("2026-03-31"):
        parsed = dt.datetime.combine(parsed, dt.time.max)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=clock.LA_PAZ)


FIRST_YEAR, LAST_YEAR = 1970, 2999
MOST = 1_000_000
"""Hours or days of a window, claims within it: more than any history holds."""
GIVEN = ("window_hours", "count", "calendar_days")


class Command(BaseCommand):
    help = "Count the products with a repeated fault, now and over the whole history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", help="the moment of the verdict; by default now")
        parser.add_argument("--window-hours", type=int, help="of the history; by default the policy's")
        parser.add_argument("--count", type=int, help="claims within the window; by default the policy's")
        parser.add_argument("--calendar-days", type=int, help="compare dates in Cochabamba instead of hours")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        as_of = clock.now() if options["as_of"] is None else moment(options["as_of"])
        given = {name: options[name] for name in GIVEN if options.get(name) is not None}
        if given.get("count", 2) < 2 or any(not 0 <= value <= MOST for value in given.values()):
            raise CommandError(f"A repeat takes at least 2 claims, and a window from 0 to {MOST}.", returncode=2)
        try:
            found = repetition.report(current_policy(), as_of, given)
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, value in found.items():
            for inner, number in value.items() if isinstance(value, dict) else [("", value)]:
                self.stdout.write(f"{name} {inner}".strip() + f": {number}")
