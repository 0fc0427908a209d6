"""What the head of a retention team may see: what is open in the own team, whoever holds it."""

from django.db.models import QuerySet
from django.http import Http404

from arraigo.engine.models import WorkItem
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.retention import queries
from arraigo.web.cases.access import units_as

LANES = (Role.ADVISOR, Role.TEAM_LEAD)
DECISIONS = ("approve_03", "approve_12", "override")
"""Elements that only ask for a yes or a no with its reason."""


def items(user: User) -> QuerySet[WorkItem]:
    """The team's open tasks, most urgent first."""
    return queries.team_items(user, LANES)


def decisions(user: User) -> QuerySet[WorkItem]:
    """What waits for the head of team's word, the longest wait first."""
    own = queries.team_items(user, (Role.TEAM_LEAD,)).filter(unit_id__in=units_as(user, Role.TEAM_LEAD))
    return own.filter(element__in=DECISIONS).order_by("created_at", "id")


def decision(user: User, pk: int) -> WorkItem:
    """One of them, open or decided meanwhile; 404 for anything else."""
    found = WorkItem.objects.filter(
        pk=pk, role=Role.TEAM_LEAD, element__in=DECISIONS, unit_id__in=units_as(user, Role.TEAM_LEAD)
    ).first()
    if found is None:
        raise Http404
    return found


def item(user: User, pk: int) -> WorkItem:
    """An open task of an advisor of the own team; 404 for any other."""
    found = items(user).filter(pk=pk, role=Role.ADVISOR).first()
    if found is None:
        raise Http404
    return found


def advisors(work_item: WorkItem) -> QuerySet[User]:
    """Who may take the task over: the advisors of its team."""
    assert work_item.unit_id is not None
    return people.staff_of(work_item.unit_id, Role.ADVISOR)
