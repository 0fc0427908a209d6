"""Reads of the operations centre's board: open orders with what a supervisor must see of each, and the load."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from arraigo.compiled import compiled, counted, each_of, first, totals
from arraigo.engine.models import WorkItem
from arraigo.fieldwork.models import PrintBatch
from arraigo.network.models import Zone
from arraigo.orders import queries as orders
from arraigo.orders.models import Escalation, Pause, WorkOrder
from arraigo.people.models import Role, User
from arraigo.quality.models import QualityControl

PAGE = 20
"""Orders on a page of the board."""
SOON = dt.timedelta(hours=4)
"""Hours left from which an order is urgent."""
SITUATIONS = ("late", "soon", "unassigned", "paused", "failed_control", "repeat", "unprinted")


def open_orders(centers: Any) -> QuerySet[WorkOrder]:
    """Open orders of the centres, each with its pause, what was escalated, and whether its case had a visit before.

    Those whose 24 hours run come first, the least hours left on top.
    """
    pauses = Pause.objects.filter(work_order=OuterRef("pk"), ended_at=None)
    parts = Escalation.objects.filter(work_order=OuterRef("pk")).order_by("-percent")
    failed = QualityControl.objects.filter(case_number=OuterRef("case_number"), verdict=QualityControl.Verdict.FAILED)
    batches = PrintBatch.objects.filter(work_orders=OuterRef("pk"))
    return (
        orders.open_orders()
        .filter(operations_center_id__in=centers)
        .annotate(
            paused_since=Subquery(pauses.values("began_at")[:1]),
            paused_until=Subquery(pauses.values("until")[:1]),
            is_paused=Exists(pauses),
            escalated=Subquery(parts.values("percent")[:1]),
            control_failed=Exists(failed),
            is_repeat=orders.follows_a_visit(),
            is_printed=Exists(batches),
        )
        .order_by("is_paused", "due_at", "pk")
    )


def first_orders(centers: Sequence[int]) -> list[WorkOrder]:
    """The first of `open_orders`, a page and one more: those that run in the order of their index, then the paused."""
    found = _first_running(centers)
    return found if len(found) > PAGE else [*found, *_first_paused(centers)][: PAGE + 1]


@compiled
def _first_running(centers: Sequence[int]) -> QuerySet[WorkOrder]:
    return open_orders(each_of(centers)).filter(Q(is_paused=False)).order_by("due_at", "pk")[: PAGE + 1]


@compiled
def _first_paused(centers: Sequence[int]) -> QuerySet[WorkOrder]:
    return open_orders(each_of(centers)).filter(Q(is_paused=True)).order_by("due_at", "pk")[: PAGE + 1]


@compiled
def symptoms(orders: Sequence[int]) -> QuerySet[Any, tuple[int, str]]:
    """Key of an order, symptom of one of its tickets: in the order of the tickets."""
    named = WorkOrder.tickets.through.objects.filter(workorder__in=each_of(orders))
    return named.order_by("troubleticket_id").values_list("workorder_id", "troubleticket__symptom")


@compiled
def batches(orders: Sequence[int]) -> QuerySet[Any, tuple[int, str]]:
    """Key of an order, number of a batch in which it was printed: the earliest first."""
    printed = PrintBatch.work_orders.through.objects.filter(workorder__in=each_of(orders))
    return printed.order_by("printbatch_id").values_list("workorder_id", "printbatch__number")


def in_situation(rows: QuerySet[WorkOrder], situation: str, now: dt.datetime) -> QuerySet[WorkOrder]:
    """The orders of `rows` (from `open_orders`) in one of SITUATIONS; a paused one is neither late nor soon."""
    return rows.filter(_conditions(now, now + SOON)[situation])


def counts(centers: Sequence[int], now: dt.datetime) -> dict[str, int]:
    """How many open orders there are, `all` and in each situation. One query."""
    none = dict.fromkeys(("all", *SITUATIONS), 0)
    return none | (first(_counts(centers, now, now + SOON)) or {})


@compiled
def _counts(centers: Sequence[int], now: dt.datetime, soon: dt.datetime) -> QuerySet[WorkOrder, dict[str, int]]:
    """The counts as one row."""
    counts = {name: Count("pk", filter=condition) for name, condition in _conditions(now, soon).items()}
    return totals(open_orders(each_of(centers)), all=Count("pk"), **counts)


def _conditions(now: dt.datetime, soon: dt.datetime) -> dict[str, Q]:
    return {
        "late": Q(is_paused=False, due_at__lt=now),
        "soon": Q(is_paused=False, due_at__gte=now, due_at__lt=soon),
        "unassigned": Q(technician=None),
        "paused": Q(is_paused=True),
        "failed_control": Q(control_failed=True),
        "repeat": Q(is_repeat=True),
        "unprinted": Q(is_printed=False),
    }


@counted
def to_route(centers: Sequence[int]) -> QuerySet[WorkItem]:
    """The visits that could not solve it and wait to be routed to plant."""
    waiting = WorkItem.objects.filter(role=Role.OPERATIONS_SUPERVISOR, status=WorkItem.Status.OPEN)
    return waiting.filter(element="route_to_plant", unit__in=each_of(centers))


@compiled
def technicians(centers: Sequence[int], now: dt.datetime) -> QuerySet[User]:
    """The technicians of the centres by name, with their open orders there: `load` and `late`."""
    here = User.objects.filter(
        is_active=True, memberships__role=Role.TECHNICIAN, memberships__unit_id__in=each_of(centers)
    ).values("pk")
    load, late = _load(each_of(centers), now)
    return User.objects.filter(pk__in=here).annotate(load=load, late=late).order_by("last_name", "username")


@compiled
def zones(centers: Sequence[int], now: dt.datetime) -> QuerySet[Zone]:
    """The zones of the centres with their open orders, the fullest first: `load` and `late`."""
    load, late = _load(each_of(centers), now)
    return Zone.objects.annotate(load=load, late=late).filter(load__gt=0).order_by("-load", "name")


def _load(centers: Any, now: dt.datetime) -> tuple[Count, Count]:
    """How many open orders of the centres, and how many past their hours whose clock runs."""
    open_ones = Q(work_orders__closed_at=None, work_orders__operations_center_id__in=centers)
    runs = ~Exists(Pause.objects.filter(work_order=OuterRef("work_orders__pk"), ended_at=None))
    late = Q(ExpressionWrapper(runs, output_field=BooleanField()), work_orders__due_at__lt=now)
    return (
        Count("work_orders", filter=open_ones & Q(work_orders__isnull=False)),
        Count("work_orders", filter=open_ones & late),
    )
