"""Bring a file of any kind in, or begin a mapping for one."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations

from arraigo.imports import actions, guess
from arraigo.imports.command_line import InAnyOrder
from arraigo.imports.errors import FileUnwritable
from arraigo.imports.kinds import KINDS
from arraigo.imports.landing import Tally
from arraigo.records import RuleBroken


class Command(InAnyOrder):
    help = "Bring a CSV, XLSX or Parquet file in (gzip may pack it); the same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", help=", ".join(KINDS))
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--map", default="", help="Name of a ready mapping, or path of a TOML file.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; leave nothing.")
        parser.add_argument(
            "--create-missing",
            action="store_true",
            help="Let the file bring customers, products, zones and operations centres that are not there yet.",
        )
        parser.add_argument(
            "--guess",
            type=Path,
            metavar="FILE",
            help="Write a mapping to begin with, FILE.toml beside it, and show ten rows as understood.",
        )
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object on one line.")  # fmt: skip

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["guess"]:
                self._guess(options["guess"], options["kind"], as_json=options["json"])
                return
            if not options["kind"] or not options["file"]:
                raise CommandError(
                    f"Say what and which file: import KIND FILE; KIND is one of {', '.join(KINDS)}.", returncode=2
                )
            tally, rejects = actions.import_file(
                options["kind"], options["file"], mapping_name=options["map"], dry_run=options["dry_run"],
                create_missing=options["create_missing"], progress=self.progress,
            )  # fmt: skip
        except RuleBroken as error:
            raise CommandError(" ".join([str(error), *notes(error)])) from error
        except KeyboardInterrupt as stop:
            raise CommandError(" ".join(notes(stop)) or "Stopped: nothing was brought in.") from stop
        self.stdout.write(as_json(tally, rejects) if options["json"] else as_text(tally, rejects))

    def _guess(self, path: Path, kind: str | None, *, as_json: bool) -> None:
        guessed = guess.guess(path, kind or "")
        target = path.with_name(f"{path.name}.toml")
        if target.exists():
            raise CommandError(f"{target} is there already: move it away, or use it with --map {target}.")
        try:
            target.write_text(guessed.as_toml(), encoding="utf-8")
        except OSError as error:
            raise FileUnwritable(target, error.strerror or str(error)) from error
        if as_json:
            told = {"kind": guessed.mapping.kind, "mapping": str(target), "rows": guessed.shown()}
            self.stdout.write(json.dumps(told))
            return
        for row in guessed.shown():
            self.stdout.write("  ".join(f"{name}={value}" for name, value in row.items()))
        self.stdout.write(f"./run manage import {guessed.mapping.kind} {path} --map {target} --dry-run")

    def progress(self, done: int, lines: int) -> None:
        end = "\r" if sys.stderr.isatty() else "\n"
        self.stderr.write(f"{min(done, lines) * 100 // max(lines, 1)} % ({done} / {lines})", ending=end)


def notes(error: BaseException) -> list[str]:
    """What was noted of an import that `error` ended."""
    return getattr(error, "__notes__", [])


def as_json(tally: Tally, rejects: Path | None) -> str:
    return json.dumps({**tally.counts(), "rejects_file": str(rejects) if rejects else None})


def as_text(tally: Tally, rejects: Path | None) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in tally.counts().items())
    return f"rejects: {rejects}\n{counts}" if rejects else counts
