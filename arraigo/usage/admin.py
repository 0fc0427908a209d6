"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.usage.models import Usage

show(Usage)
