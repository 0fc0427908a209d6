"""Give back what came in: every record of a kind, as a file that can be brought in again."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations

from arraigo.imports import exports
from arraigo.imports.command_line import InAnyOrder
from arraigo.imports.kinds import KINDS, kind_of
from arraigo.records import RuleBroken


class Command(InAnyOrder):
    help = "Write every record of a kind to FILE, or as CSV to standard output; importing it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help=", ".join(KINDS))
        parser.add_argument("file", nargs="?", type=Path, help="A name that ends in .gz is packed.")
        parser.add_argument("--format", default="", help="csv, xlsx or parquet; else as FILE's name ends.")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        kind, target = options["kind"], options["file"]
        try:
            if target is None and options["format"] in ("", "csv"):
                self._pour(kind)
                return
            target = target or Path(f"{kind_of(kind).name}.{options['format']}")
            count = exports.export(kind, target, options["format"])
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{target}: {count}")

    def _pour(self, kind: str) -> None:
        """To standard output, as long as somebody reads it: `head` has seen enough after its lines."""
        try:
            exports.to_text(kind, sys.stdout)
        except BrokenPipeError:
            # What waits in the buffer is written once more at the end of the program: to nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
