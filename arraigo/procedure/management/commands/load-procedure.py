"""`./run manage load-procedure`: publish the procedure's files where they differ from the current version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from arraigo.procedure import actions
from arraigo.procedure.errors import FileUnreadable, ProcedureInvalid
from arraigo.procedure.models import ProcedureVersion

DEFAULT = "OPE-ASE-FID-P01"


class Command(BaseCommand):
    help = "Publish the files of a procedure as its next version, unless they are the current one already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.PROCEDURES_DIR / DEFAULT)

    @no_translations
    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        before = ProcedureVersion.objects.filter(is_current=True).values_list("pk", flat=True).first()
        try:
            version = _publish(folder)
        except (FileUnreadable, ProcedureInvalid) as error:
            raise CommandError(str(error)) from error
        if version.pk == before:
            self.stdout.write(_("%(version)s is current: nothing to publish.") % {"version": version})
        else:
            self.stdout.write(_("Published %(version)s; new cases obey it.") % {"version": version})


def _publish(folder: Path) -> ProcedureVersion:
    steps = import_string(settings.STEP_REGISTRY)()
    return actions.publish(actions.read(folder), steps=steps, by=None)
