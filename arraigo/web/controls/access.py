"""Which quality controls a person may call for: those that wait in a tray of theirs."""

from django.http import Http404

from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.quality.models import QualityControl
from arraigo.retention import queries

KINDS = {
    Role.INCIDENT_FOLLOW_UP: QualityControl.Kind.POST_VISIT,
    Role.QUALITY_MANAGEMENT: QualityControl.Kind.POST_SERVICE,
}
"""Whose control is which (steps 9 and 10)."""


def due(user: User) -> list[tuple[WorkItem, QualityControl]]:
    """The calls that wait for `user`, each with its task, earliest due first."""
    items = [item for role in KINDS if role in user.roles for item in queries.tray(user, role)]
    by_case = {(item.instance.key, KINDS[Role(item.role)]): item for item in items}
    controls = (
        QualityControl.objects.filter(
            verdict=QualityControl.Verdict.PENDING, case_number__in=[key for key, _kind in by_case]
        )
        .select_related("work_order")
        .prefetch_related("attempts__by")
        .order_by("due_at", "id")
    )
    return [
        (by_case[found], control)
        for control in controls
        if (found := (control.case_number, QualityControl.Kind(control.kind))) in by_case
    ]


def control(user: User, pk: int) -> QualityControl:
    """A control that `user` is to call for now; 404 for any other."""
    for _item, found in due(user):
        if found.pk == pk:
            return found
    raise Http404
