"""What the head of a retention team may see: what is open in the own team, whoever holds it."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from arraigo.compiled import compiled, counted, each_of
from arraigo.engine.models import WorkItem
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.retention import queries
from arraigo.web.cases.access import units_as
from arraigo.web.lists import COUNTED, ROWS

LANES = (Role.ADVISOR, Role.TEAM_LEAD)
DECISIONS = ("approve_03", "approve_12", "override")
"""Elements that only ask for a yes or a no with its reason."""


def items(user: User) -> QuerySet[WorkItem]:
    """The team's open tasks, most urgent first."""
    return queries.team_items(user, LANES)


def first_items(user: User) -> list[WorkItem]:
    """The first page of `items`, and one more: each lane is read in the order of its index, and they are merged."""
    found = sorted((key for lane in LANES for key in _first_of_lane(user, lane)), key=_urgency)[: ROWS + 1]
    rows = {item.pk: item for item in _with_cases([key for key, *_rest in found])}
    return [rows[key] for key, *_rest in found if key in rows]


Key = tuple[int, int, dt.datetime | None]


@compiled
def _first_of_lane(user: User, lane: str) -> QuerySet[WorkItem, Key]:
    found: QuerySet[WorkItem, Key] = queries.team_items(user, [lane]).values_list("pk", "priority", "due_at")
    return found[: ROWS + 1]


@compiled
def _with_cases(keys: list[int]) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(pk__in=each_of(keys)).select_related("instance__case__customer", "assignee")


def _urgency(key: Key) -> tuple[int, bool, dt.datetime | None, int]:
    """The order of `queries.team_items`: what is never due comes last."""
    pk, priority, due_at = key
    return -priority, due_at is None, due_at, pk


@counted
def some(user: User) -> QuerySet[WorkItem]:
    """As many of `items` as are counted."""
    return items(user).order_by()[: COUNTED + 1]


def decisions(teams: Any) -> QuerySet[WorkItem]:
    """What waits for the word of the heads of `teams`, the longest wait first."""
    rows = WorkItem.objects.filter(role=Role.TEAM_LEAD, status=WorkItem.Status.OPEN, unit__in=teams)
    return rows.filter(element__in=DECISIONS).order_by("created_at", "id")


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
