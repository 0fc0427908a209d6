"""`./run manage check-procedure FOLDER`: every fault of a procedure's files, one sentence a line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arraigo.procedure import actions
from arraigo.procedure.errors import FileUnreadable


class Command(BaseCommand):
    help = "Check the files of a procedure in FOLDER and print every problem."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    @no_translations
    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            files = actions.read(folder)
        except FileUnreadable as error:
            raise CommandError(str(error)) from error
        problems = actions.problems(files, steps=import_string(settings.STEP_REGISTRY)())
        for problem in problems:
            self.stdout.write(problem.sentence)
        if problems:
            found = ngettext("%(count)d problem.", "%(count)d problems.", len(problems))
            raise CommandError(found % {"count": len(problems)})
        self.stdout.write(_("No problems."))
