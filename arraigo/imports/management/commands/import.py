"""Bring a CSV file of customers, products or tickets in."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arraigo.imports import actions
from arraigo.imports.landing import Tally
from arraigo.records import RuleBroken


class Command(BaseCommand):
    help = "Bring a CSV file of customers, products or tickets in; the same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help="customers, products or tickets")
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", default="", help="Name of a ready mapping, or path of a TOML file.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; leave nothing.")
        parser.add_argument("--create-missing", action="store_true",
                            help="Let the file bring customers and products that are not there yet.")  # fmt: skip
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object on one line.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally, rejects = actions.import_file(
                options["kind"], options["file"], mapping_name=options["map"], dry_run=options["dry_run"],
                create_missing=options["create_missing"], progress=self.progress,
            )  # fmt: skip
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(as_json(tally, rejects) if options["json"] else as_text(tally, rejects))

    def progress(self, done: int, lines: int) -> None:
        end = "\r" if sys.stderr.isatty() else "\n"
        self.stderr.write(f"{min(done, lines) * 100 // max(lines, 1)} % ({done} / {lines})", ending=end)


def as_json(tally: Tally, rejects: Path | None) -> str:
    return json.dumps({**tally.counts(), "rejects_file": str(rejects) if rejects else None})


def as_text(tally: Tally, rejects: Path | None) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in tally.counts().items())
    return f"rejects: {rejects}\n{counts}" if rejects else counts
