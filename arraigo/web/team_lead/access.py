"""What the head of a retention team may see: what is open in the own team, whoever holds it."""

from django.db.models import QuerySet
from django.http import Http404

from arraigo.engine.models import WorkItem
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.retention import queries

LANES = (Role.ADVISOR, Role.TEAM_LEAD)


def items(user: User) -> QuerySet[WorkItem]:
    """The team's open tasks, most urgent first."""
    return queries.team_items(user, LANES)


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
