"""`manage prepare`: makes the database ready for this version of Arraigo."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from arraigo.customers.models import Customer
from arraigo.demo import DEMO_PASSWORD, accounts
from arraigo.people.models import User
from arraigo.procedure.models import ProcedureVersion
from arraigo.retention import schedule
from arraigo.storage.private import close_to_others
from arraigo.storage.tables import bring_up_to_date


class Command(BaseCommand):
    help = "Migrate, load the procedure where there is none and, with --demo, fill an empty database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty database")
        parser.add_argument("--json", action="store_true", help="print {seeded, password, logins}")

    def handle(self, *args: Any, **options: Any) -> None:
        # Where collectstatic writes; the server looks for the folder at its start.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        self._reach()
        bring_up_to_date()
        close_to_others()
        if not ProcedureVersion.objects.exists():
            call_command("load-procedure", stdout=self.stderr, stderr=self.stderr)
        schedule.ensure()
        seeded = options["demo"] and not settings.PRODUCTION and self._empty()
        if seeded:
            call_command("demo", stdout=self.stderr, stderr=self.stderr)
        if options["json"]:
            self._print(seeded)

    def _reach(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"The database of DATABASE_URL cannot be reached: {str(error).strip()}") from error

    def _empty(self) -> bool:
        return not (Customer.objects.exists() or User.objects.exists())

    def _print(self, seeded: bool) -> None:
        logins = [] if settings.PRODUCTION else accounts.logins()
        self.stdout.write(json.dumps({"seeded": seeded, "password": DEMO_PASSWORD, "logins": logins}))
