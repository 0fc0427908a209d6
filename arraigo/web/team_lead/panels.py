"""What the head of team's desk reads: who waits for a decision, and what the team is late with."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from arraigo.compiled import compiled, each_of
from arraigo.engine.models import WorkItem
from arraigo.orders import queries as orders
from arraigo.orders.models import WorkOrder
from arraigo.quality import queries as quality
from arraigo.quality.models import QualityControl
from arraigo.retention.models import AFTER_NO, REOPENED, BackgroundReview, Offer, RetentionCase
from arraigo.web.team_lead import access

MOST_DECISIONS = 10
"""Decisions shown at once: who waits longest is decided first, and the others move up."""
MOST = 8
"""Rows of every other part of the desk: the most pressing ones. One more is read, to say that there are more."""

T = TypeVar("T", Offer, BackgroundReview)


@compiled
def decisions(teams: Sequence[int]) -> QuerySet[WorkItem]:
    """The first of what waits for the word of the heads of these teams, and one more; the longest wait first."""
    rows = access.decisions(each_of(teams)).select_related("instance__case__customer", "instance__case__owner")
    return rows[: MOST_DECISIONS + 1]


def offers(cases: Sequence[int]) -> dict[int, list[Offer]]:
    """Case → its offers that wait for approval."""
    return _by_case(_offers(cases))


def reviews(cases: Sequence[int]) -> dict[int, list[BackgroundReview]]:
    """Case → the reviews of its customer's background, the latest first."""
    return _by_case(_reviews(cases))


def _by_case(rows: Sequence[T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


@compiled
def _offers(cases: Sequence[int]) -> QuerySet[Offer]:
    rows = Offer.objects.filter(case__in=each_of(cases), approval=Offer.Approval.WAITING)
    return rows.select_related("product__offering").order_by("id")


@compiled
def _reviews(cases: Sequence[int]) -> QuerySet[BackgroundReview]:
    return BackgroundReview.objects.filter(case__in=each_of(cases)).order_by("-id")


def _open(teams: Sequence[int]) -> QuerySet[RetentionCase]:
    return RetentionCase.objects.filter(team_id__in=each_of(teams), closed_at=None)


@compiled
def reopened(teams: Sequence[int]) -> QuerySet[RetentionCase]:
    """Open cases with failed controls, those with most first."""
    rows = RetentionCase.objects.filter(REOPENED, team_id__in=each_of(teams)).select_related("customer", "owner")
    return rows.order_by("-reopened", "opened_at")[: MOST + 1]


@compiled
def talking(teams: Sequence[int]) -> QuerySet[RetentionCase]:
    """The conversations in which a firm "no" was said, the longest first."""
    rows = RetentionCase.objects.filter(AFTER_NO, team_id__in=each_of(teams))
    return rows.select_related("customer", "owner", "instance").order_by("firm_no_at")[: MOST + 1]


@compiled
def late(teams: Sequence[int], now: dt.datetime) -> QuerySet[WorkOrder]:
    """Work orders of the teams' cases past their 24 hours."""
    rows = orders.late_orders(now).filter(Exists(_open(teams).filter(number=OuterRef("case_number"))))
    return rows.select_related("customer", "technician").order_by("due_at")[: MOST + 1]


@compiled
def overdue(teams: Sequence[int], now: dt.datetime) -> QuerySet[QualityControl]:
    """Quality controls of the teams' cases that are past their time."""
    own = quality.overdue(now).filter(Exists(_open(teams).filter(number=OuterRef("case_number"))))
    return own.select_related("work_order__customer").order_by("due_at")[: MOST + 1]
