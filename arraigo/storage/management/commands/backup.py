"""`./run manage backup FILE`: the whole database into one file, while it is in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from arraigo.records import RuleBroken
from arraigo.storage.archive import backup
from arraigo.storage.errors import NotWritten


class Command(BaseCommand):
    help = "Back the whole database up into one file, while it is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = backup(options["file"].absolute())
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(str(NotWritten(options["file"], error.strerror or str(error)))) from error
        rows, log = sum(manifest["counts"].values()), manifest["log"]
        self.stdout.write(f"{options['file']}: {rows} rows, {log['count']} sealed events, head {log['head']}")
