"""Reads of places."""

from django.db.models import QuerySet

from arraigo.network.models import Zone


def zones() -> QuerySet[Zone]:
    """All zones with their operations centres, by municipality and name."""
    return Zone.objects.select_related("operations_center")


def zones_of(operations_center_id: int) -> QuerySet[Zone]:
    """The zones that one operations centre serves."""
    return zones().filter(operations_center_id=operations_center_id)
