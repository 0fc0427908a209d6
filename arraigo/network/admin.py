"""These records in the admin, read-only."""

from arraigo.network.models import Zone
from arraigo.people.admin import show

show(Zone)
