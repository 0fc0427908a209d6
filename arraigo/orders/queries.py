"""Reads of product orders and work orders."""

import datetime as dt

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from arraigo.compiled import compiled
from arraigo.engine.models import Instance
from arraigo.orders.models import ENDED, OrderState, Pause, ProductOrder, WorkOrder
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure

HOUR = dt.timedelta(hours=1)


def open_orders(operations_center_id: int | None = None) -> QuerySet[WorkOrder]:
    """Open work orders, of one operations centre or of all: priority first, then the least hours left."""
    orders = WorkOrder.objects.filter(closed_at=None)
    if operations_center_id is not None:
        orders = orders.filter(operations_center=operations_center_id)
    return orders.select_related("customer", "zone", "technician").order_by("-priority", "due_at", "id")


def late_orders(now: dt.datetime) -> QuerySet[WorkOrder]:
    """Open work orders past their 24 hours; a paused one is not late, its clock stands."""
    paused = Pause.objects.filter(ended_at=None).values("work_order")
    return open_orders().filter(due_at__lt=now).exclude(pk__in=paused)


def of_case(case_number: str) -> QuerySet[WorkOrder]:
    """The work orders of a case, oldest first."""
    return WorkOrder.objects.filter(case_number=case_number).select_related("technician").order_by("id")


def follows_a_visit() -> Exists:
    """Whether the case of a work order had one before it that was not cancelled: it did not hold, or failed."""
    earlier = WorkOrder.objects.filter(case_number=OuterRef("case_number"), pk__lt=OuterRef("pk"))
    return Exists(earlier.exclude(state=OrderState.CANCELLED))


def open_transfers(case_number: str) -> QuerySet[ProductOrder]:
    """The transfers of a case that are still to be done."""
    found = ProductOrder.objects.filter(case_number=case_number, kind=ProductOrder.Kind.TRANSFER)
    return found.exclude(state__in=ENDED)


@compiled
def all_of_case(case_number: str) -> QuerySet[WorkOrder]:
    """What `of_case` reads with the operations centres, as a list."""
    return of_case(case_number).select_related("operations_center")


def of_technician(user_id: int) -> QuerySet[WorkOrder]:
    """A technician's open work orders, the next one first."""
    return open_orders().filter(technician=user_id)


def open_pause(order: WorkOrder) -> Pause | None:
    """The pause in which `order` stands, if it does."""
    return order.pauses.filter(ended_at=None).first()


def last_pause(order: WorkOrder) -> Pause | None:
    """The latest pause of `order`, whose pauses may be read ahead."""
    return max(order.pauses.all(), key=lambda pause: pause.pk, default=None)


def due_then(order: WorkOrder) -> dt.datetime:
    """When the 24 hours of `order` end if they run on at the hour for which the customer asked."""
    pause = last_pause(order)
    if pause is None or pause.until is None or pause.ended_at is not None:
        return order.due_at
    return order.due_at + pause.stood(pause.until)


def wanted_hour() -> Subquery:
    """`Pause.wanted_at` of the last pause of each order of a query."""
    stands = Q(ended_at=None) | Q(ended_at__gte=F("until"))
    last = Pause.objects.filter(work_order=OuterRef("pk")).order_by("-pk")
    return Subquery(last.annotate(wanted=Case(When(stands, then=F("until")))).values("wanted")[:1])


def hours_left(order: WorkOrder, now: dt.datetime) -> float:
    """Hours of the 24 that `order` has left at `now`; negative: late.

    A closed order keeps what was left when it closed, a paused one what was left when the pause began.
    """
    until = order.closed_at or now
    if order.closed_at is None and (pause := open_pause(order)) is not None:
        until = pause.began_at
    return (order.due_at - until) / HOUR


def pause_reasons(order: WorkOrder) -> list[str]:
    """Why the 24 hours may stand still: `visit.pause_reasons` of the version that the order's case obeys.

    Every reason, while no procedure is published.
    """
    definition = Instance.objects.filter(key=order.case_number).values_list("definition_id", flat=True).first()
    try:
        policy = procedures.policy_of(definition) if definition else procedures.current_policy()
    except NoProcedure:
        return list(Pause.Reason.values)
    return list(policy.value("visit.pause_reasons"))
