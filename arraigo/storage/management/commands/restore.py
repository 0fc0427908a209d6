"""`./run manage restore FILE`: an empty database becomes what a backup holds."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from arraigo.records import RuleBroken
from arraigo.storage.archive import restore


class Command(BaseCommand):
    help = "Make an empty database what a backup holds, and prove it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = restore(options["file"].absolute())
        except (RuleBroken, OSError) as error:
            raise CommandError(str(error)) from error
        if found.proof.broken:
            raise CommandError(found.proof.broken.sentence)
        self.stdout.write(
            f"{found.rows} rows as of {found.made_at}, every table as counted; "
            f"{found.proof.sealed} sealed events whole, head {found.proof.head}"
        )
