"""Which quality controls a person may call for, and which overdue ones a head may see."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from arraigo import clock
from arraigo.people.models import Role, User, head_of
from arraigo.quality import queries as quality
from arraigo.quality.models import QualityControl
from arraigo.retention import queries
from arraigo.retention.models import RetentionCase
from arraigo.web.access import HEADS
from arraigo.web.cases.access import cases

KINDS = {
    Role.INCIDENT_FOLLOW_UP: QualityControl.Kind.POST_VISIT,
    Role.QUALITY_MANAGEMENT: QualityControl.Kind.POST_SERVICE,
}
"""Whose control is which (steps 9 and 10)."""


def due(user: User) -> QuerySet[QualityControl]:
    """The calls that wait for `user`: undecided controls with a task in a tray of theirs."""
    found = QualityControl.objects.none()
    for role in KINDS:
        if role in user.roles:
            items = queries.tray(user, role).filter(instance__key=OuterRef("case_number")).order_by()
            found = found | quality.pending(KINDS[role]).filter(Exists(items))
    return found


def control(user: User, pk: int) -> QualityControl:
    """A control that `user` is to call for now; 404 for any other."""
    found = due(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def overdue(user: User) -> QuerySet[QualityControl]:
    """Overdue controls, each with whether `user` may open its case (`may_open`): a head of division sees all, a
    head of team those of the team's cases, a calling team its own, whoever holds the task. Who heads a unit sees
    what its people would: whatever `retention.controls.tell_of_overdue` tells a head of stands here."""
    readable = cases(user).filter(number=OuterRef("case_number"))
    return _overdue(user).annotate(may_open=Exists(readable))


def _overdue(user: User) -> QuerySet[QualityControl]:
    now = clock.now()
    if user.has_role(*HEADS):
        return quality.overdue(now)
    own = [kind for role, kind in KINDS.items() if user.standings & {role, head_of(role)}]
    found = quality.overdue(now).filter(kind__in=own)
    if user.standings & {Role.TEAM_LEAD, head_of(Role.ADVISOR)}:
        teams = [each.unit_id for each in user.own_memberships if each.role == Role.TEAM_LEAD]
        own_teams = Q(team__in=teams) | Q(team__head=user)
        led = RetentionCase.objects.filter(own_teams, number=OuterRef("case_number"))
        found = found | quality.overdue(now).filter(Exists(led))
    return found
