"""Carry out everything that is due, once."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from arraigo.retention import sweeps


class Command(BaseCommand):
    help = "Run every sweep once: controls, courtesies, commands, sealing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(sweeps.run_all()))
