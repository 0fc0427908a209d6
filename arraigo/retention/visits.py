"""The case's work order on its way through the field (steps 6–8)."""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from arraigo import clock
from arraigo.compiled import compiled, first
from arraigo.customers.phones import as_kept
from arraigo.engine import actions as engine
from arraigo.engine.errors import AlreadyCompleted, ItemCancelled
from arraigo.engine.models import WorkItem
from arraigo.fieldwork.models import Visit
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.quality import queries as quality
from arraigo.retention.models import RetentionCase
from arraigo.tickets import queries as tickets
from arraigo.tickets.models import TroubleTicket

MOST_TICKETS, MOST_VISITS = 5, 3
RECENT = dt.timedelta(days=180)
"""Faults of the customer that whoever goes there is shown."""
ORDER_PARTS = ("customer", "zone", "technician", "operations_center", "product_order", "visit")

ELEMENTS = ("step_06", "step_07", "step_08", "step_08_unsolved", "route_to_plant")
"""Elements whose tasks are due as their order is."""


def current_order(case: RetentionCase) -> WorkOrder:
    """The case's latest work order, with what its pages show; read once for one `case` object.

    Inside a transaction it is locked.
    """
    if case.current_order is None:
        read = _latest_locked if connection.in_atomic_block else _latest
        case.current_order = first(read(case.number))
        if case.current_order is None:
            raise WorkOrder.DoesNotExist
    return case.current_order


def _of_case(case_number: str) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(case_number=case_number).select_related(*ORDER_PARTS).order_by("-id")


@compiled
def _latest(case_number: str) -> QuerySet[WorkOrder]:
    return _of_case(case_number)[:1]


@compiled
def _latest_locked(case_number: str) -> QuerySet[WorkOrder]:
    return _of_case(case_number).select_for_update(of=("self",))[:1]


def held_faults(order: WorkOrder) -> list[TroubleTicket]:
    """The tickets that led to the order, and whatever else is an open fault of its products; oldest first.

    Locked: call it in a transaction.
    """
    led = Exists(order.tickets.through.objects.filter(workorder=order.pk, troubleticket=OuterRef("pk")))
    products = order.products.through.objects.filter(workorder=order.pk).values("product")
    still = tickets.COUNTABLE & Q(product__in=products, resolved_at=None, opened_at__lte=clock.now())
    wanted = TroubleTicket.objects.filter(led | still).select_related("product")
    held = wanted.select_for_update(of=("self",)).order_by("id")  # as files hold them
    return sorted(held, key=lambda ticket: (ticket.opened_at, ticket.pk))


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return of_order(current_order(case))


def of_order(order: WorkOrder) -> dict[str, Any]:
    """What who goes there must know: the products, the faults of the order and of the customer, earlier visits, and
    the control that failed.
    """
    closed = Visit.objects.filter(work_order__customer=order.customer_id, work_order__closed_at__isnull=False)
    earlier = closed.exclude(work_order=order)
    faults = TroubleTicket.objects.filter(customer=order.customer_id).select_related("product__offering")
    return {
        "order": order,
        "products": list(order.products.select_related("offering").order_by("id")),
        "tickets": list(order.tickets.order_by("-opened_at")),
        "faults": list(faults.filter(opened_at__gte=clock.now() - RECENT).order_by("-opened_at")[:MOST_TICKETS]),
        "phones": list(order.customer.phones.exclude(number=as_kept(order.contact_phone))),
        "failed_control": quality.last_failed(order.case_number),
        "earlier": list(earlier.select_related("work_order", "technician").order_by("-arrived_at")[:MOST_VISITS]),
    }


def follow_clocks(case_number: str = "") -> int:
    """Let the open tasks of visits be due as their orders are now, at no time while those are paused.

    Of one case, or of all (what a process left behind that died after a pause). How many were moved.
    """
    running = Case(When(state__in=[OrderState.PENDING, OrderState.HELD], then=None), default=F("due_at"))
    orders = WorkOrder.objects.filter(case_number=OuterRef("instance__key")).order_by("-id").annotate(due=running)
    items = WorkItem.objects.filter(element__in=ELEMENTS, status=WorkItem.Status.OPEN)
    if case_number:
        items = items.filter(instance__key=case_number)
    due = items.annotate(due=Subquery(orders.values("due")[:1]))
    differs = Q(due_at=None) ^ Q(due=None) | Q(due__lt=F("due_at")) | Q(due__gt=F("due_at"))
    moved = due.filter(differs)
    return sum(_follow(item_id, due_at) for item_id, due_at in moved.order_by("pk").values_list("pk", "due"))


@transaction.atomic
def _follow(item_id: int, due_at: dt.datetime | None) -> bool:
    try:
        engine.reassign(item_id, due_at=due_at)
    except (AlreadyCompleted, ItemCancelled):
        return False
    return True
