"""These records in the admin, read-only."""

from arraigo.network.models import NetworkPoint, Zone
from arraigo.people.admin import show

show(Zone, NetworkPoint)
