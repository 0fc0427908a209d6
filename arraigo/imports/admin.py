"""These records in the admin, read-only."""

from arraigo.imports.models import ImportRun
from arraigo.people.admin import show

show(ImportRun)
