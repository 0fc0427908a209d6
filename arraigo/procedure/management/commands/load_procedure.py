"""Publish the procedure in `procedures/` where it differs from the current version."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from arraigo.procedure import actions
from arraigo.procedure.errors import ProcedureInvalid


class Command(BaseCommand):
    help = "Publish the files of a procedure as its next version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", default="OPE-ASE-FID-P01")

    def handle(self, *args: Any, **options: Any) -> None:
        files = actions.read(settings.PROCEDURES_DIR / options["code"])
        try:
            version = actions.publish(files, steps=import_string(settings.STEP_REGISTRY)(), by=None)
        except ProcedureInvalid as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is current ({version.definition.sha256[:12]})")
