"""Placing orders: the Engineering Service with its visit (step 5), courtesies, transfers.

What happens to a work order afterwards stands in `orders.progress`, the note in `orders.note`; all
verbs can be had from here.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Prefetch, Subquery, prefetch_related_objects

from arraigo import clock
from arraigo.bss import actions as outbox
from arraigo.customers.models import Customer
from arraigo.eventlog.actions import record
from arraigo.money import ZERO
from arraigo.numbering import numbered
from arraigo.orders.errors import AlreadyFollowed, OpenVisitExists, WrongState
from arraigo.orders.models import OrderState, ProductOrder, WorkOrder
from arraigo.orders.note import check_note, fill_note
from arraigo.orders.progress import (
    assign,
    cancel_open,
    complete_order,
    fail_order,
    pause,
    resume,
    start,
    swap,
)
from arraigo.orders.signals import visit_ordered
from arraigo.people.models import User
from arraigo.products.models import Product

__all__ = [
    "Visit",
    "assign",
    "cancel_open",
    "complete_order",
    "fail_order",
    "fill_note",
    "follow_up_order",
    "order_courtesy",
    "order_engineering_service",
    "order_transfer",
    "pause",
    "resume",
    "start",
    "swap",
]

PRODUCT_ORDER_PREFIX = "SOL"
WORK_ORDER_PREFIX = "OT"


@dataclass(frozen=True)
class Visit:
    """What a work order says beside whose it is."""

    activity_code: str
    activity_name: str
    note: str
    contact_phone: str
    hours: int
    """By the wall clock, from the order's creation."""
    priority: int = 0


@transaction.atomic(savepoint=False)
def order_engineering_service(
    *,
    customer: Customer,
    product: Product,
    affected_products: Sequence[Product],
    tickets: Iterable[int],
    activity_code: str,
    activity_name: str,
    payment_terms: str,
    note: str,
    contact_phone: str,
    hours: int,
    case_number: str,
    priority: int = 0,
    actor: User | None,
) -> WorkOrder:
    """Sell the Engineering Service on `product` at Bs 0 and order its one visit (steps 5.1 to 5.3).

    The visit goes to the operations centre of the customer's zone, is due `hours` from now, names
    all `affected_products` and keeps `tickets` (their keys) linked. Raises OpenVisitExists, NoteIncomplete.
    """
    check_note(note)
    customer = _without_visit(customer.pk)
    order = _product_order(
        ProductOrder.Kind.ENGINEERING_SERVICE,
        customer,
        product,
        case_number,
        actor,
        payment_terms=payment_terms,
    )
    visit = Visit(activity_code, activity_name, note, contact_phone, hours, priority)
    work_order = _work_order(order, customer, visit, actor)
    work_order.products.add(*(p.pk for p in affected_products))
    work_order.tickets.add(*tickets)
    record("work_order.ordered", work_order, actor=actor, case_number=case_number, data=_told(work_order))
    outbox.send_all([_create_product_order(order, product), _create_work_order(work_order)])
    visit_ordered.send(WorkOrder, order=work_order, products=list(affected_products))
    return work_order


def _without_visit(customer_id: int) -> Customer:
    """The customer with the zone, locked against a second visit at the same address. Raises OpenVisitExists.

    Who had to wait for the lock may see the orders of before: the database then refuses a second open one.
    """
    open_visit = WorkOrder.objects.filter(customer=OuterRef("pk"), closed_at=None).values("number")[:1]
    rows = Customer.objects.select_related("zone").select_for_update(of=("self",), no_key=True)
    found = rows.annotate(open_visit=Subquery(open_visit)).get(pk=customer_id)
    if found.open_visit:
        raise OpenVisitExists(found.name, found.open_visit)
    return found


def _product_order(
    kind: str, customer: Customer, product: Product, case_number: str, actor: User | None, **fields: Any
) -> ProductOrder:
    now = clock.now()
    return ProductOrder.objects.create(
        **numbered(ProductOrder, PRODUCT_ORDER_PREFIX, now),
        **{"state": OrderState.IN_PROGRESS, **fields},
        kind=kind,
        customer=customer,
        product=product,
        case_number=case_number,
        price=ZERO,
        ordered_at=now,
        ordered_by=actor,
    )


def _work_order(
    order: ProductOrder,
    customer: Customer,
    visit: Visit,
    actor: User | None,
    previous: WorkOrder | None = None,
) -> WorkOrder:
    now = clock.now()
    zone = customer.zone
    return WorkOrder.objects.create(
        **numbered(WorkOrder, WORK_ORDER_PREFIX, now),
        product_order=order,
        previous=previous,
        customer=customer,
        case_number=order.case_number,
        zone=zone,
        operations_center_id=zone.operations_center_id if zone else None,
        activity_code=visit.activity_code,
        activity_name=visit.activity_name,
        note=visit.note,
        contact_phone=visit.contact_phone,
        priority=visit.priority,
        created_at=now,
        created_by=actor,
        hours=visit.hours,
        due_at=now + dt.timedelta(hours=visit.hours),
    )


@transaction.atomic(savepoint=False)
def follow_up_order(
    failed_order: WorkOrder,
    *,
    hours: int,
    plant_note: str = "",
    priority: int | None = None,
    actor: User | None,
    held: bool = False,
) -> WorkOrder:
    """Order the visit that follows one that could not be solved: linked, with new `hours`.

    It goes before the failed one unless a `priority` is given; `plant_note` tells plant what was
    found and stands in a line of its own under the note.
    `held`: the caller has read `failed_order` with its product order, locked, in this transaction.
    Raises WrongState where `failed_order` did not fail, AlreadyFollowed, OpenVisitExists.
    """
    failed = failed_order if held else _locked(failed_order)
    _check_follow_up(failed)
    note = "\n".join(filter(None, [failed.note, plant_note.strip()]))
    rank = failed.priority + 1 if priority is None else priority
    visit = Visit(failed.activity_code, failed.activity_name, note, failed.contact_phone, hours, rank)
    order = _work_order(failed.product_order, _without_visit(failed.customer_id), visit, actor, failed)
    prefetch_related_objects([failed], Prefetch("products", Product.objects.select_related("offering")))
    order.products.add(*failed.products.all())
    order.tickets.add(*failed.tickets.values_list("pk", flat=True))
    data = _told(order) | {"previous": failed.number, "cause": failed.cause}
    record("work_order.followed", order, actor=actor, case_number=order.case_number, data=data)
    outbox.send_all([_create_work_order(order)])
    visit_ordered.send(WorkOrder, order=order, products=list(failed.products.all()))
    return order


def _locked(order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.select_for_update(of=("self",)).select_related("product_order").get(pk=order.pk)


def _check_follow_up(failed: WorkOrder) -> None:
    if failed.state != OrderState.FAILED:
        raise WrongState(failed.number, failed.get_state_display())
    if (following := WorkOrder.objects.filter(previous=failed).first()) is not None:
        raise AlreadyFollowed(failed.number, following.number)


@transaction.atomic(savepoint=False)
def order_courtesy(
    *, customer: Customer, product: Product, details: dict[str, Any], case_number: str, actor: User | None
) -> ProductOrder:
    """The request for a courtesy at no cost on `product` (step 14), done at once."""
    order = _product_order(ProductOrder.Kind.COURTESY, customer, product, case_number, actor, **_done(details))
    _record_order(order, actor)
    return order


@transaction.atomic(savepoint=False)
def order_transfer(
    *, customer: Customer, product: Product, details: dict[str, Any], case_number: str, actor: User | None
) -> ProductOrder:
    """The request to move `product` to another address; `details` hold the address, as JSON."""
    order = _product_order(ProductOrder.Kind.TRANSFER, customer, product, case_number, actor, details=details)
    _record_order(order, actor)
    outbox.send_all([_create_product_order(order, product)])
    return order


def _done(details: dict[str, Any]) -> dict[str, Any]:
    return {"details": details, "state": OrderState.COMPLETED, "ended_at": clock.now()}


def _record_order(order: ProductOrder, actor: User | None) -> None:
    data = {"number": order.number, "kind": order.kind, "product": order.product.number, **order.details}
    record("product_order.ordered", order, actor=actor, case_number=order.case_number, data=data)


def _told(order: WorkOrder) -> dict[str, Any]:
    """What the event and the commercial system are told of a work order."""
    return {
        "number": order.number,
        "product_order": order.product_order.number,
        "activity": order.activity_code,
        "note": order.note,
        "phone": order.contact_phone,
        "priority": order.priority,
        "due_at": order.due_at.isoformat(),
    }


def _create_work_order(order: WorkOrder) -> outbox.Order:
    key = f"work_order.create:{order.number}"
    return outbox.Order("work_order.create", _told(order), order.case_number, key)


def _create_product_order(order: ProductOrder, product: Product) -> outbox.Order:
    payload = {
        "number": order.number,
        "kind": order.kind,
        "product": product.number,
        "payment_terms": order.payment_terms,
        "price": str(order.price),
        "details": order.details,
    }
    return outbox.Order("product_order.create", payload, order.case_number, f"product_order.create:{order.number}")
