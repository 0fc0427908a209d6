"""Print batches: made, printed again, and their files opened (step 6)."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.fieldwork import documents
from arraigo.fieldwork.errors import NothingToPrint
from arraigo.fieldwork.models import PrintBatch, Reprint
from arraigo.numbering import numbered
from arraigo.orders.errors import WrongState
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.records import key_of

BATCH_PREFIX = "LOTE"
PRINTED = "print_batch.printed"
REPRINTED = "print_batch.reprinted"
SAME_PRINT = dt.timedelta(minutes=10)
"""So long the file that somebody opened stays theirs to open again: a page loaded anew, paper that jammed."""


@transaction.atomic(savepoint=False)
def print_batch(work_orders: Iterable[WorkOrder | int], *, actor: User) -> PrintBatch:
    """Put open work orders together on paper (step 6); `documents.work_orders_pdf` renders it.

    Everything that stands on the pages is kept with it, and an order that another batch printed before says so.
    Raises NothingToPrint, and WrongState for an order that is closed.
    """
    chosen = WorkOrder.objects.filter(pk__in={key_of(order) for order in work_orders})
    orders = documents.gathered(chosen)
    if not orders:
        raise NothingToPrint
    for order in orders:
        if order.closed_at is not None:
            raise WrongState(order.number, order.get_state_display())
    now = clock.now()
    centers = {order.operations_center for order in orders}
    batch = PrintBatch(
        **numbered(PrintBatch, BATCH_PREFIX, now),
        printed_at=now,
        printed_by=actor,
        operations_center=centers.pop() if len(centers) == 1 else None,
        contents=documents.contents(orders),
    )
    batch.contents["frame"] = documents.frame(batch, batch.contents["orders"], base_url=settings.BASE_URL)
    batch.save(force_insert=True)
    batch.work_orders.add(*orders)
    cases = {order.case_number for order in orders}
    case_number = cases.pop() if len(cases) == 1 else ""
    data = {"number": batch.number, "orders": [order.number for order in orders]}
    record(PRINTED, batch, actor=actor, case_number=case_number, data=data)
    return batch


@transaction.atomic(savepoint=False)
def reprint(batch: PrintBatch, *, actor: User) -> Reprint:
    """Print `batch` once more: its pages say what the first said, marked with the number of the reprint."""
    PrintBatch.objects.select_for_update().get(pk=batch.pk)
    number = batch.reprints.count() + 1
    made = Reprint.objects.create(
        batch=batch, number=number, printed_at=clock.now(), printed_by=actor, by_name=str(actor)
    )
    record(REPRINTED, batch, actor=actor, data={"number": batch.number, "times": number})
    return made


@transaction.atomic(savepoint=False)
def open_file(batch: PrintBatch, *, number: int = 0, actor: User) -> Reprint | None:
    """Which file `actor` gets of `batch`: a reprint, or None for the first print. Every opening is counted.

    The first print, and each reprint (`number`), is opened once; again only by the same person within SAME_PRINT.
    Any other opening is one more reprint, marked and counted. Raises Reprint.DoesNotExist.
    """
    batch = PrintBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    wanted = batch.reprints.get(number=number) if number else batch
    last = batch.reprints.last()
    mine = next((each for each in (wanted, last) if each is not None and is_open_to(each, actor)), None)
    opened = mine or reprint(batch, actor=actor)
    if opened.opened_at is None:
        opened.opened_at, opened.opened_by = clock.now(), actor
    opened.openings += 1
    opened.save(update_fields=["opened_at", "opened_by", "openings"])
    return opened if isinstance(opened, Reprint) else None


def is_open_to(printed: PrintBatch | Reprint, actor: User) -> bool:
    """Whether `actor` may open the file as it is, without another reprint being made."""
    if printed.opened_at is None:
        return True
    return printed.opened_by_id == actor.pk and clock.now() - printed.opened_at <= SAME_PRINT
