"""`./run manage move-to DATABASE_URL`: the whole database into an empty PostgreSQL."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from arraigo.records import RuleBroken
from arraigo.storage.moving import move_to


class Command(BaseCommand):
    help = "Copy the whole database into an empty PostgreSQL, and prove it. Stop the server first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("database_url", help="postgres://user:password@host:5432/name")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows, proof = move_to(options["database_url"], say=lambda text: self.stderr.write(f"move: {text}"))
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{rows} rows moved, every table as counted; {proof.sealed} sealed events whole, head {proof.head}"
        )
        self.stdout.write("Set DATABASE_URL to the new database and start.")
