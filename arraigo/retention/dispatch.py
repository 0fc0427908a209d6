"""The operations centre's verbs: print and assign, hand over, swap, pause on evidence (step 6)."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from arraigo import clock
from arraigo.engine import actions as engine
from arraigo.engine.errors import AlreadyCompleted, ItemCancelled
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import PrintBatch, Trip
from arraigo.orders import progress
from arraigo.orders import queries as orders_now
from arraigo.orders.errors import ChangedMeanwhile
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention import actions
from arraigo.retention.errors import (
    AbsenceUnproved,
    CustomersWordMissing,
    NotATechnician,
    NothingToSwap,
    PauseNotAllowed,
)


def print_and_assign(orders: Sequence[WorkOrder], *, technician: User | None, actor: User) -> PrintBatch:
    """Print the orders in one batch; with a `technician`, assign them and complete their step 6.

    The batch is one transaction and each order's step one more: an order whose step somebody else
    completes meanwhile stays as that person left it.
    """
    batch = fieldwork.print_batch(orders, actor=actor, technician=technician)
    if technician is None:
        return batch
    waiting = WorkItem.objects.filter(
        instance__key__in=[order.case_number for order in orders],
        element="step_06",
        status=WorkItem.Status.OPEN,
    )
    data = {"technician": str(technician.pk), "batch": str(batch.pk)}
    for item_id in waiting.order_by("id").values_list("id", flat=True):
        try:
            actions.complete_step(item_id, actor=actor, data=data)
        except (AlreadyCompleted, ItemCancelled):
            continue
    return batch


@transaction.atomic
def hand_over(orders: Sequence[WorkOrder], *, technician: User, actor: User) -> int:
    """Give the orders, and the visits that wait in a technician's tray, to `technician`: all or none.

    How many changed hands. `orders` are as the person saw them. Raises NotATechnician for somebody who
    is none in the orders' centre, WrongState for one that is closed, ChangedMeanwhile for one that a
    colleague has given to somebody else since.
    """
    _refuse_others(orders, technician)
    given = [order for order in sorted(orders, key=lambda each: each.pk) if order.technician_id != technician.pk]
    for order in given:
        _pass_on(order, technician)
        before = order.technician_id
        held = progress.assign(order, technician=technician, actor=actor, before=before)
        order.technician = held.technician
    return len(given)


@transaction.atomic
def swap(first: WorkOrder, second: WorkOrder, *, actor: User) -> None:
    """Exchange the technicians of two open orders, given as the person saw them.

    Raises NothingToSwap, NoTechnician, WrongState, ChangedMeanwhile.
    """
    if first.technician_id == second.technician_id:
        raise NothingToSwap(first.number, second.number)
    pair = progress.swap(first, second, actor=actor)
    for order, seen in zip(pair, (second, first), strict=True):
        if order.technician_id != seen.technician_id:
            raise ChangedMeanwhile(seen.number, str(order.technician or "—"))
        if order.technician is not None:
            _pass_on(order, order.technician)


def _refuse_others(orders: Sequence[WorkOrder], technician: User) -> None:
    units = {membership.unit_id for membership in technician.own_memberships if membership.role == Role.TECHNICIAN}
    for order in orders:
        if order.operations_center_id not in units or not technician.is_active:
            raise NotATechnician(str(technician), order.number)


def _pass_on(order: WorkOrder, technician: User) -> None:
    """Put what waits of the order in a technician's tray into that of `technician`."""
    waiting = WorkItem.objects.filter(
        instance__key=order.case_number, role=Role.TECHNICIAN, status=WorkItem.Status.OPEN
    )
    for item_id in waiting.values_list("id", flat=True):
        engine.reassign(item_id, assignee=technician)


def pause_order(
    order: WorkOrder,
    *,
    reason: str,
    photo: bytes | None = None,
    words: str = "",
    wanted_at: dt.datetime | None = None,
    note: str = "",
    actor: User,
) -> Pause:
    """Stop the 24 hours from the operations centre, on evidence only (`visit.pause_reasons`).

    Absent: a `photo`, or the absence that the technician recorded. Later: the customer's own `words`
    and the time that the customer asked for. Raises PauseNotAllowed, AbsenceUnproved,
    CustomersWordMissing and the errors of photos and of `progress.pause`.
    """
    if reason not in orders_now.pause_reasons(order):
        raise PauseNotAllowed(order.number)
    if reason == Pause.Reason.ABSENT:
        return _pause_absent(order, photo, note, actor)
    if not words.strip() or wanted_at is None:
        raise CustomersWordMissing(order.number)
    evidence = f"«{words.strip()}» · {clock.local(wanted_at):%d/%m/%Y %H:%M}"
    return progress.pause(order, reason=reason, evidence=_with(evidence, note), until=wanted_at, actor=actor)


@transaction.atomic
def _pause_absent(order: WorkOrder, photo: bytes | None, note: str, actor: User) -> Pause:
    if photo:
        kept = fieldwork.store_attachment(photo, actor=actor)
        evidence = _with(f"Foto {kept.sha256[:12]}", note)
        return progress.pause(order, reason=Pause.Reason.ABSENT, evidence=evidence, photo=kept, actor=actor)
    trip = Trip.objects.filter(work_order=order, absent_at__isnull=False).select_related("technician", "photo").last()
    if trip is None or trip.absent_at is None:
        raise AbsenceUnproved(order.number)
    evidence = _with(f"{trip.technician} · {clock.local(trip.absent_at):%d/%m/%Y %H:%M}", note)
    return progress.pause(order, reason=Pause.Reason.ABSENT, evidence=evidence, photo=trip.photo, actor=actor)


def _with(evidence: str, note: str) -> str:
    return f"{evidence} · {note.strip()}" if note.strip() else evidence
