"""Fill an empty database with a composed operator."""

import datetime as dt
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from arraigo import clock
from arraigo.demo import actions
from arraigo.records import RuleBroken


def moment(text: str) -> dt.datetime:
    """`2026-03-10` or `2026-03-10T14:00`, in Cochabamba; CommandError for anything else."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no moment: write for example 2026-03-10T14:00.", returncode=2) from error
    return found if found.tzinfo else found.replace(tzinfo=clock.LA_PAZ)


class Command(BaseCommand):
    help = "Fill an empty database with a composed operator in Cochabamba, with cases of the last months."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=2000, help="How many; by default 2000.")
        parser.add_argument("--seed", type=int, default=1, help="The same seed and moment make the same demo.")
        parser.add_argument("--as-of", help="The demo's present moment; by default now.")
        parser.add_argument("--cases", type=int, default=actions.CASES, help="At most a third of the customers.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["customers"] < 1 or options["cases"] < 0:
            raise CommandError("A demo needs at least one customer, and no negative number of cases.", returncode=2)
        began = time.monotonic()
        given = options["as_of"]
        at = clock.now().replace(second=0, microsecond=0) if given is None else moment(given)
        try:
            # The demo itself is Spanish; what is said to the operator is English.
            with translation.override("en"):
                actions.check(at)
            counts = actions.make_demo(
                options["customers"], seed=options["seed"], at=at, cases=options["cases"], say=self.say
            )
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        self.stdout.write(f"{told}, in {time.monotonic() - began:.0f} s")

    def say(self, text: str) -> None:
        self.stderr.write(f"demo: {text}")
