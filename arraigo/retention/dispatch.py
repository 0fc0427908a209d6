"""The operations centre's verbs: print and assign, hand over, swap, pause on evidence (step 6)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from arraigo import clock
from arraigo.engine import actions as engine
from arraigo.engine.errors import AlreadyCompleted, ItemCancelled
from arraigo.engine.models import WorkItem
from arraigo.eventlog.models import Event
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import PrintBatch
from arraigo.gathered import gathered
from arraigo.orders import progress
from arraigo.orders import queries as orders_now
from arraigo.orders.errors import ChangedMeanwhile, WrongState
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention import actions
from arraigo.retention.errors import (
    AbsenceUnproved,
    CustomersWordMissing,
    NotATechnician,
    NothingToSwap,
    PauseNotAllowed,
    StepInvalid,
)
from arraigo.retention.models import RetentionCase


def print_and_assign(orders: Sequence[WorkOrder], *, technician: User | None, actor: User) -> PrintBatch:
    """Print the orders in one batch, each with the technician who has it; with a `technician`, hand them over before.

    Both are one transaction, all orders or none, and raise what `hand_over` and `fieldwork.print_batch` do;
    NotATechnician also for an order whose technician is none in its centre any more.
    """
    with transaction.atomic():
        if technician is not None:
            _give(orders, technician, actor)
        batch = fieldwork.print_batch(orders, actor=actor)
        for holder in User.objects.filter(work_orders__print_batches=batch).distinct():
            _refuse_others(batch.work_orders.filter(technician=holder), holder)
    _complete_printing(orders, actor)
    return batch


def hand_over(orders: Sequence[WorkOrder], *, technician: User, actor: User) -> int:
    """Give the orders, and the visits that wait in a technician's tray, to `technician`: all or none.

    How many changed hands. `orders` are as the person saw them. Raises NotATechnician for somebody who
    is none in the orders' centre, WrongState for one that is closed, ChangedMeanwhile for one that a
    colleague has given to somebody else since.
    """
    given = _give(orders, technician, actor)
    _complete_printing(orders, actor)
    return given


@transaction.atomic
def _give(orders: Sequence[WorkOrder], technician: User, actor: User) -> int:
    _refuse_others(orders, technician)
    changed = 0
    for order in sorted(orders, key=lambda each: each.pk):
        before = order.technician_id
        if before != technician.pk:
            _pass_on(order, technician)
            changed += 1
        order.technician = progress.assign(order, technician=technician, actor=actor, before=before).technician
    return changed


def finish_printing() -> int:
    """Complete step 6 of the orders that are printed and somebody's, where who did that was cut off before it.

    How many; as who printed or assigned last, and with one query where there is none. An order whose technician
    is none in its centre any more waits on the board. ExceptionGroup at the end tells of cases that cannot go on.
    """
    done = 0
    with gathered("orders whose step 6 cannot be completed") as turn:
        for item_id, technician, batch in _ready(WorkOrder.objects.all()):
            with turn(f"step 6, task {item_id}"), suppress(StepInvalid):
                done += _complete(item_id, technician, batch, _who_was_last(item_id, batch))
    return done


def _who_was_last(item_id: int, batch: int) -> User:
    """Who printed the batch or gave its order away, whichever came last."""
    case = WorkItem.objects.filter(pk=item_id).values("instance__key")[:1]
    given = Q(case_number=Subquery(case), kind__in=progress.CHANGES_HANDS)
    printed = Q(subject_type=PrintBatch._meta.model_name, subject_id=batch, kind=fieldwork.PRINTED)
    told = Event.objects.filter(given | printed).exclude(actor=None)
    return User.objects.get(pk=told.values("actor").latest("id")["actor"])


def _complete_printing(orders: Sequence[WorkOrder], actor: User) -> None:
    """Complete step 6 of the orders that are both printed and somebody's, whichever came last.

    Each is a transaction of its own: an order whose step somebody else completes meanwhile stays as that
    person left it. What a process that dies in between leaves, `finish_printing` completes.
    """
    for item_id, technician, batch in _ready(WorkOrder.objects.filter(pk__in=[order.pk for order in orders])):
        _complete(item_id, technician, batch, actor)


def _ready(orders: QuerySet[WorkOrder]) -> list[tuple[int, int, int]]:
    """Open step 6, technician and last batch of those of `orders` that are printed and somebody's."""
    waiting = WorkItem.objects.filter(
        instance__key=OuterRef("case_number"), element="step_06", status=WorkItem.Status.OPEN
    )
    batches = PrintBatch.objects.filter(work_orders=OuterRef("pk")).order_by("-pk")
    both = orders.filter(closed_at=None, technician__isnull=False).annotate(
        item=Subquery(waiting.values("pk")[:1]), batch=Subquery(batches.values("pk")[:1])
    )
    ready = both.filter(item__isnull=False, batch__isnull=False).order_by("pk")
    return list(ready.values_list("item", "technician", "batch"))


def _complete(item_id: int, technician: int, batch: int, actor: User) -> bool:
    """Complete step 6; False where somebody else was quicker."""
    try:
        actions.complete_step(item_id, actor=actor, data={"technician": str(technician), "batch": str(batch)})
    except (AlreadyCompleted, ItemCancelled):
        return False
    return True


@transaction.atomic
def swap(first: WorkOrder, second: WorkOrder, *, actor: User) -> None:
    """Exchange the technicians of two open orders, given as the person saw them.

    Raises NothingToSwap, NoTechnician, NotATechnician, WrongState, ChangedMeanwhile.
    """
    if first.technician_id == second.technician_id:
        raise NothingToSwap(first.number, second.number)
    for order in sorted((first, second), key=lambda each: each.pk):
        _hold_case(order)
    pair = progress.swap(first, second, actor=actor)
    for order, seen in zip(pair, (second, first), strict=True):
        if order.technician_id != seen.technician_id:
            raise ChangedMeanwhile(seen.number, str(order.technician or "—"))
        if order.technician is not None:
            _refuse_others([order], order.technician)
            _pass_on(order, order.technician)


def _refuse_others(orders: Iterable[WorkOrder], technician: User) -> None:
    units = {membership.unit_id for membership in technician.own_memberships if membership.role == Role.TECHNICIAN}
    for order in orders:
        if order.operations_center_id not in units or not technician.is_active:
            raise NotATechnician(str(technician), order.number)


def _hold_case(order: WorkOrder) -> None:
    """Lock the order's case: before the order, as every step does, or the two would wait for each other."""
    for case in RetentionCase.objects.filter(number=order.case_number).only("instance_id"):
        engine.lock(case.instance_id)


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

    Absent: a new `photo`; the absence that the technician recorded has stopped them by itself. Later: the
    customer's own `words` and the time that the customer asked for. Raises WrongState, PauseNotAllowed,
    AbsenceUnproved, CustomersWordMissing and the errors of photos and of `progress.pause`.
    """
    if order.closed_at is not None:
        raise WrongState(order.number, order.get_state_display())
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
    if not photo:
        raise AbsenceUnproved(order.number)
    kept = fieldwork.store_attachment(photo, actor=actor)
    evidence = _with(f"Foto {kept.sha256[:12]}", note)
    return progress.pause(order, reason=Pause.Reason.ABSENT, evidence=evidence, photo=kept, actor=actor)


def _with(evidence: str, note: str) -> str:
    return f"{evidence} · {note.strip()}" if note.strip() else evidence
