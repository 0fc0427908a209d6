"""What happens to a work order once it is placed: assigned, paused, started, ended.

Each verb locks the order before reading it, and says with WrongState where it cannot be done.
"""

import datetime as dt
from collections.abc import Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arraigo import clock
from arraigo.bss import actions as outbox
from arraigo.eventlog.actions import record
from arraigo.orders import queries
from arraigo.orders.errors import (
    CauseMissing,
    ChangedMeanwhile,
    EvidenceMissing,
    EvidenceUsed,
    NoTechnician,
    WrongState,
)
from arraigo.orders.models import ENDED, OrderState, Pause, ProductOrder, WorkOrder
from arraigo.orders.signals import (
    clock_changed,
    order_assigned,
    orders_cancelled,
    visit_not_solved,
    visit_put_off,
    visit_resumed,
)
from arraigo.people.models import User
from arraigo.records import key_of

if TYPE_CHECKING:
    from arraigo.fieldwork.models import Attachment

HELD_FROM = {
    OrderState.ACKNOWLEDGED: OrderState.PENDING,
    OrderState.IN_PROGRESS: OrderState.HELD,
}
"""Before the technician starts a paused order is pending, afterwards held (TMF697)."""
CHANGES_HANDS = ("work_order.assigned", "work_order.swapped")
"""Kinds of the events of an order that is given to somebody."""
BACK_TO = {paused: running for running, paused in HELD_FROM.items()}
"""The states of a paused order, and what each goes back to."""


def _locked(wanted: WorkOrder | int, *states: str) -> WorkOrder:
    """The order, locked. Raises WrongState unless it is in one of `states` (any open one if none)."""
    order = WorkOrder.objects.select_for_update(of=("self",)).select_related("product_order").get(pk=key_of(wanted))
    fits = order.state in states if states else order.closed_at is None
    if not fits:
        raise WrongState(order.number, order.get_state_display())
    return order


def _held(order: WorkOrder | int) -> WorkOrder:
    """The order as its caller has locked it in this transaction; read again where it is closed by now."""
    return order if isinstance(order, WorkOrder) and order.closed_at is None else _locked(order)


def _record(kind: str, order: WorkOrder, actor: User | None, **data: Any) -> None:
    told = {"number": order.number, **data}
    record(f"work_order.{kind}", order, actor=actor, case_number=order.case_number, data=told)


@transaction.atomic(savepoint=False)
def assign(
    order: WorkOrder | int,
    *,
    technician: User,
    actor: User | None,
    before: int | EllipsisType | None = ...,
    held: bool = False,
) -> WorkOrder:
    """Give an open order to `technician`, or to another one than before; who has it already keeps it untold.

    `before` is the key of the technician whom the person saw (None: nobody); raises ChangedMeanwhile
    where it has another one by now. `held`: the caller has read `order`, locked, in this transaction.
    """
    order = _held(order) if held else _locked(order)
    if before is not ... and order.technician_id not in (before, technician.pk):
        raise ChangedMeanwhile(order.number, str(order.technician or "—"))
    if order.technician_id == technician.pk:
        return order
    had = order.technician
    order.technician = technician
    order.save(update_fields=["technician"])
    _record("assigned", order, actor, before=str(had or ""), after=str(technician))
    order_assigned.send(WorkOrder, order=order, before=had, actor=actor)
    return order


@transaction.atomic(savepoint=False)
def swap(first: WorkOrder | int, second: WorkOrder | int, *, actor: User | None) -> tuple[WorkOrder, WorkOrder]:
    """Exchange the technicians of two open orders. Raises NoTechnician where one has none."""
    locked = {key: _locked(key) for key in sorted((key_of(first), key_of(second)))}
    first, second = locked[key_of(first)], locked[key_of(second)]
    for order in (first, second):
        if order.technician is None:
            raise NoTechnician(order.number)
    first.technician, second.technician = second.technician, first.technician
    for order, other in ((first, second), (second, first)):
        order.save(update_fields=["technician"])
        _record("swapped", order, actor, other=other.number, after=str(order.technician))
        order_assigned.send(WorkOrder, order=order, before=other.technician, actor=actor)
    return first, second


@transaction.atomic(savepoint=False)
def pause(
    order: WorkOrder | int,
    *,
    reason: str,
    evidence: str,
    actor: User,
    photo: "Attachment | None" = None,
    until: dt.datetime | None = None,
) -> Pause:
    """Stop the 24 hours: the customer is absent or asked for later. Raises EvidenceMissing, EvidenceUsed.

    `photo`, which stops an order once, is a stored attachment (`fieldwork.models.Attachment`) that shows it;
    `until` is when they run on by themselves.
    """
    order = _locked(order, *HELD_FROM)
    if not evidence.strip():
        raise EvidenceMissing(order.number)
    if photo is not None and order.pauses.filter(photo=photo).exists():
        raise EvidenceUsed(order.number)
    order.state = HELD_FROM[OrderState(order.state)]
    order.save(update_fields=["state"])
    began = Pause.objects.create(
        work_order=order, reason=reason, evidence=evidence.strip(), photo=photo, began_at=clock.now(), until=until,
        by=actor,
    )  # fmt: skip
    told = {"reason": reason, "evidence": began.evidence, "began_at": began.began_at.isoformat()}
    _record("paused", order, actor, **told)
    clock_changed.send(WorkOrder, order=order)
    if until is not None:
        visit_put_off.send(WorkOrder, order=order, pause=began)
    return began


@transaction.atomic(savepoint=False)
def resume(order: WorkOrder | int, *, actor: User | None, coming: bool = False) -> WorkOrder:
    """Let the 24 hours run on: the order is due later by as long as the pause lasted.

    `coming`: the technician sets out, which is told by itself.
    """
    order = _locked(order, *BACK_TO)
    pause = _end_pause(order)
    order.state = BACK_TO[OrderState(order.state)]
    order.save(update_fields=["state", "due_at"])
    _record("resumed", order, actor, **_of_pause(pause), due_at=order.due_at.isoformat())
    _tell_early(order, pause, actor, coming=coming)
    return order


def _tell_early(order: WorkOrder, pause: Pause | None, actor: User | None, *, coming: bool) -> None:
    """Let it be known that a pause has ended, unless it lasted until the hour that was asked for and told."""
    if pause is not None and pause.ended_at != pause.until:
        visit_resumed.send(WorkOrder, order=order, pause=pause, actor=actor, coming=coming)


def resume_due(now: dt.datetime) -> int:
    """Let the orders run on whose customers asked for a time that has come; how many. One transaction each."""
    due = Pause.objects.filter(ended_at=None, until__lte=now, work_order__closed_at=None).order_by("until", "pk")
    return sum(_resume_one(pk) for pk in list(due.values_list("work_order", flat=True)))


def _resume_one(pk: int) -> bool:
    try:
        with transaction.atomic():
            resume(pk, actor=None)
    except WrongState:  # somebody was first
        return False
    return True


def _end_pause(order: WorkOrder) -> Pause | None:
    """End the open pause, if any, and move `due_at` by its length (not saved).

    A pause until a time asked for ends at that time, however late somebody or the sweep comes to it.
    """
    pause = queries.open_pause(order) if order.state in BACK_TO else None
    if pause is None:
        return None
    pause.ended_at = max(min(clock.now(), pause.until or clock.now()), pause.began_at)
    pause.save(update_fields=["ended_at"])
    order.due_at += pause.ended_at - pause.began_at
    clock_changed.send(WorkOrder, order=order)
    return pause


def _of_pause(pause: Pause | None) -> dict[str, Any]:
    """What an order's event tells of the pause that ended with it."""
    if pause is None or pause.ended_at is None:
        return {}
    stretch = pause.ended_at - pause.began_at
    return {"pause_ended_at": pause.ended_at.isoformat(), "paused_seconds": int(stretch.total_seconds())}


@transaction.atomic(savepoint=False)
def start(order: WorkOrder | int, *, actor: User | None) -> WorkOrder:
    """The technician begins: a paused order runs on. Raises NoTechnician."""
    order = _locked(order, OrderState.ACKNOWLEDGED, OrderState.PENDING, OrderState.HELD)
    if order.technician_id is None:
        raise NoTechnician(order.number)
    pause = _end_pause(order)
    order.state = OrderState.IN_PROGRESS
    order.save(update_fields=["state", "due_at"])
    before_hour = pause.until if pause is not None and pause.ended_at != pause.until else None
    told = {"before_hour": before_hour.isoformat()} if before_hour else {}
    _record("started", order, actor, **_of_pause(pause), **told)
    _tell_early(order, pause, actor, coming=True)
    return order


@transaction.atomic(savepoint=False)
def complete_order(order: WorkOrder | int, *, actor: User | None, held: bool = False) -> WorkOrder:
    """Close a solved order and its product order (step 8).

    `held`: the caller has read `order` with its product order, locked, in this transaction.
    """
    order = _held(order) if held else _locked(order)
    ended = _close(order, OrderState.COMPLETED)
    ProductOrder.objects.filter(pk=order.product_order_id).update(state=OrderState.COMPLETED, ended_at=order.closed_at)
    _record("completed", order, actor, hours_left=round(queries.hours_left(order, clock.now()), 2), **ended)
    return order


@transaction.atomic(savepoint=False)
def fail_order(order: WorkOrder | int, *, cause: str, actor: User | None, held: bool = False) -> WorkOrder:
    """Close an order that cannot be solved on site, with its `cause`. Raises CauseMissing.

    Its product order goes on: `orders.actions.follow_up_order` places the visit that follows.
    `held`: as in `complete_order`.
    """
    order = _held(order) if held else _locked(order)
    if not cause.strip():
        raise CauseMissing(order.number)
    order.cause = cause.strip()
    ended = _close(order, OrderState.FAILED)
    _record("failed", order, actor, cause=order.cause, **ended)
    visit_not_solved.send(WorkOrder, order=order)
    return order


def _close(order: WorkOrder, state: str) -> dict[str, Any]:
    """End the order, and the pause in which it stands; what the event tells of the pause."""
    pause = _end_pause(order)
    order.state, order.closed_at = state, clock.now()
    order.save(update_fields=["state", "closed_at", "due_at", "cause"])
    return _of_pause(pause)


@transaction.atomic(savepoint=False)
def complete_transfers(case_number: str, *, actor: User | None) -> list[str]:
    """The services of the case's open transfers work at the new address; their numbers."""
    done = list(queries.open_transfers(case_number).select_for_update(of=("self",)).order_by("pk"))
    for order in done:
        order.state, order.ended_at = OrderState.COMPLETED, clock.now()
        order.save(update_fields=["state", "ended_at"])
        record("product_order.completed", order, actor=actor, case_number=case_number, data={"number": order.number})
    return [order.number for order in done]


@transaction.atomic(savepoint=False)
def cancel_open(case_number: str, *, actor: User | None = None) -> int:
    """Cancel the open orders of a case: something happened elsewhere. How many work orders were cancelled.

    The commercial system is told only of orders that it may know; those that never left never do.
    """
    open_orders = WorkOrder.objects.select_for_update().filter(case_number=case_number, closed_at=None)
    cancelled = list(open_orders.order_by("pk"))
    for order in cancelled:
        ended = _close(order, OrderState.CANCELLED)
        _record("cancelled", order, actor, **ended)
    orders_cancelled.send(WorkOrder, orders=cancelled, actor=actor)
    products = ProductOrder.objects.select_for_update().filter(case_number=case_number)
    requests = list(products.exclude(state__in=ENDED).order_by("pk"))
    for ordered in requests:
        ordered.state, ordered.ended_at = OrderState.CANCELLED, clock.now()
        ordered.save(update_fields=["state", "ended_at"])
        told = {"number": ordered.number}
        record("product_order.cancelled", ordered, actor=actor, case_number=case_number, data=told)
    told_of = [("work_order", order.number) for order in cancelled]
    _tell_cancelled([*told_of, *(("product_order", ordered.number) for ordered in requests)], case_number)
    return len(cancelled)


def _tell_cancelled(ended: Sequence[tuple[str, str]], case_number: str) -> None:
    """Tell the commercial system of the ended (noun, number) that it may know."""
    known = outbox.call_off(f"{noun}.create:{number}" for noun, number in ended) if ended else set()
    outbox.send_all(
        outbox.Order(f"{noun}.cancel", {"number": number}, case_number, f"{noun}.cancel:{number}")
        for noun, number in ended
        if f"{noun}.create:{number}" in known
    )
