"""These records in the admin, read-only."""

from arraigo.bss.models import Command
from arraigo.people.admin import show

show(Command)
