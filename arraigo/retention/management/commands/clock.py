"""Move a demo database's clock and carry out what falls due on the way."""

import datetime as dt
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.formats import date_format

from arraigo import clock
from arraigo.records import RuleBroken
from arraigo.retention import sweeps
from arraigo.workdays import actions as workdays

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def span(text: str) -> dt.timedelta:
    """`2d`, `36h`, `90m` as a span of time; CommandError for anything else."""
    parts = re.fullmatch(r"(\d{1,4})([dhm])", text)
    if parts is None:
        raise CommandError(f"{text!r} is no span of time: write for example 2d, 36h or 90m.", returncode=2)
    return dt.timedelta(**{UNITS[parts[2]]: int(parts[1])})


class Command(BaseCommand):
    help = "Move a demo database's clock on and run the sweeps."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--advance", default="0m", help="How far: 2d, 36h, 90m.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # What the sweeps write is Spanish; what is said to the operator is English.
            with translation.override("en"):
                workdays.advance_clock(span(options["advance"]))
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        done = ", ".join(f"{name} {count}" for name, count in sweeps.run_all().items() if count)
        self.stdout.write(f"{date_format(clock.local(clock.now()), 'd/m/Y H:i')} · {done or 'nothing was due'}")
