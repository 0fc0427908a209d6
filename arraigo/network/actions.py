"""What is done with places."""

from django.db import transaction

from arraigo.eventlog.actions import record
from arraigo.network.models import Zone
from arraigo.people.models import Unit, User


@transaction.atomic(savepoint=False)
def set_zone(
    code: str,
    *,
    name: str,
    municipality: str,
    operations_center: Unit | None,
    actor: User | None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Zone:
    """Add the zone `code`, or change it: name, place (degrees) and the centre that serves it."""
    fields = {
        "name": name,
        "municipality": municipality,
        "operations_center": operations_center,
        "latitude": latitude,
        "longitude": longitude,
    }
    zone, added = Zone.objects.update_or_create(code=code, defaults=fields)
    told = {"code": code, "name": name, "center": operations_center.code if operations_center else None}
    record("zone.added" if added else "zone.changed", zone, actor=actor, data=told)
    return zone
