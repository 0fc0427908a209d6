"""What is done with work orders in the field: printed, attended, signed (steps 6–8)."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.eventlog.models import Event
from arraigo.fieldwork import documents, pictures
from arraigo.fieldwork.errors import (
    ArrivalImpossible,
    NoPaperToSign,
    NothingToPrint,
    PapersSigned,
    PhotoMissing,
    SignatureMissing,
    SignedAndRefused,
    SignerMissing,
    TaskMissing,
    UnknownPaper,
    UnknownTask,
    VisitFinished,
    VisitNotFinished,
    VisitOfAnother,
)
from arraigo.fieldwork.materials import material
from arraigo.fieldwork.measurements import measurements as checked
from arraigo.fieldwork.models import Attachment, Measurement, Paper, PrintBatch, SignedPaper, Task, Visit
from arraigo.numbering import numbered, numbered_many
from arraigo.orders import progress
from arraigo.orders.errors import CauseMissing, WrongState
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.people.models import User
from arraigo.records import key_of

BATCH_PREFIX = "LOTE"
REPRINTED = "print_batch.reprinted"
PAPER_PREFIX = "DF"
"""Documento firmado: one series for all papers of visits."""


@transaction.atomic(savepoint=False)
def print_batch(work_orders: Iterable[WorkOrder | int], *, actor: User, technician: User | None = None) -> PrintBatch:
    """Put open work orders together on paper (step 6); `documents.work_orders_pdf` renders it.

    `technician` is who is about to get them all, where that is settled. Raises NothingToPrint, and
    WrongState for an order that is closed.
    """
    chosen = WorkOrder.objects.filter(pk__in={key_of(order) for order in work_orders})
    orders = list(chosen.order_by("pk"))
    if not orders:
        raise NothingToPrint
    for order in orders:
        _refuse_closed(order)
    now = clock.now()
    centers = {order.operations_center_id for order in orders}
    batch = PrintBatch.objects.create(
        **numbered(PrintBatch, BATCH_PREFIX, now),
        printed_at=now,
        printed_by=actor,
        operations_center_id=centers.pop() if len(centers) == 1 else None,
        contents=documents.contents(chosen, technician),
    )
    batch.work_orders.add(*orders)
    cases = {order.case_number for order in orders}
    case_number = cases.pop() if len(cases) == 1 else ""
    data = {"number": batch.number, "orders": [order.number for order in orders]}
    record("print_batch.printed", batch, actor=actor, case_number=case_number, data=data)
    return batch


@transaction.atomic(savepoint=False)
def reprint(batch: PrintBatch, *, actor: User) -> int:
    """Count another printing of `batch`, alike to the first. How many times it was printed again."""
    times = Event.objects.filter(kind=REPRINTED, subject_type="printbatch", subject_id=batch.pk).count() + 1
    record(REPRINTED, batch, actor=actor, data={"number": batch.number, "times": times})
    return times


def _refuse_closed(order: WorkOrder) -> None:
    if order.closed_at is not None:
        raise WrongState(order.number, order.get_state_display())


@transaction.atomic(savepoint=False)
def store_attachment(content: bytes, *, actor: User | None) -> Attachment:
    """Keep a photo; the same bytes are kept once. What it is, is told from its bytes.

    Raises AttachmentTooBig above 8 MB, NotAPicture where it is no PNG or JPEG that can be read.
    """
    content_type = pictures.content_type(content)
    kept, created = Attachment.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "content_type": content_type,
            "content": content,
            "added_at": clock.now(),
            "added_by": actor,
        },
    )
    if created:
        data = {"sha256": kept.sha256, "content_type": content_type, "bytes": len(content)}
        record("attachment.stored", kept, actor=actor, data=data)
    return kept


@transaction.atomic(savepoint=False)
def begin_visit(work_order: WorkOrder | int, technician: User, at: dt.datetime | None = None) -> Visit:
    """The technician is at the customer's (step 7), since `at` or now; the order is in progress.

    Telling it twice changes nothing, since a phone with poor signal repeats itself. Raises
    WrongState, NoTechnician, ArrivalImpossible, VisitOfAnother.
    """
    order = _locked(work_order)
    visit = Visit.objects.select_related("technician").filter(work_order=order).first()
    if visit is not None:
        _refuse_another(visit, order, technician)
        return visit
    _refuse_closed(order)
    moment = at or clock.now()
    if not order.created_at <= moment <= clock.now():
        raise ArrivalImpossible(_when(moment))
    visit = _arrive(order, technician, moment)
    if order.state != OrderState.IN_PROGRESS:
        progress.start(order, actor=technician)
    return visit


@transaction.atomic(savepoint=False)
def record_visit(
    work_order: WorkOrder | int,
    *,
    technician: User,
    tasks: Sequence[str],
    measurements: Sequence[Mapping[str, Any]] = (),
    materials: Sequence[str | Mapping[str, Any]] = (),
    findings: str = "",
    solved: bool,
    cause: str = "",
) -> Visit:
    """Record what the visit did (step 7); one that was not begun began and ended now.

    `measurements` as in `measurements.measurements`, `materials` as lines ("12 m cable") or mappings.
    Closing the order is for `orders`. Raises WrongState, VisitFinished, TaskMissing, UnknownTask,
    CauseMissing, MaterialUnreadable and the errors of measurements.
    """
    order = _locked(work_order)
    _refuse_closed(order)
    _check_result(order, tasks, solved, cause)
    used = [material(line) for line in materials]
    now = clock.now()
    visit = _open_visit(order) or _arrive(order, technician, now)
    readings = checked(visit, order, measurements)
    visit.technician, visit.finished_at, visit.solved = technician, now, solved
    visit.tasks, visit.materials, visit.findings = list(dict.fromkeys(tasks)), used, findings.strip()
    visit.cause = "" if solved else cause.strip()
    visit.save()
    Measurement.objects.bulk_create(readings)
    data = {"tasks": visit.tasks, "solved": solved, "cause": visit.cause, "measurements": len(readings)}
    _record("visit.recorded", visit, order, technician, **data)
    return visit


@transaction.atomic(savepoint=False)
def sign_papers(
    visit: Visit | int,
    papers: Sequence[str],
    *,
    signer_name: str = "",
    signer_document: str = "",
    signature: bytes | None = None,
    refusal_reason: str = "",
    photo: bytes | None = None,
    actor: User,
) -> list[SignedPaper]:
    """Keep the papers of a recorded visit as signed, or as refused with reason and photo (step 8.1).

    `signature` is a PNG, `photo` a PNG or JPEG. Raises VisitNotFinished, NoPaperToSign, UnknownPaper,
    PapersSigned, SignatureMissing, SignatureBlank, SignerMissing, SignedAndRefused, PhotoMissing and
    the errors of `store_attachment`.
    """
    order = WorkOrder.objects.select_for_update(of=("self",)).get(visit=key_of(visit))
    visit = visit if isinstance(visit, Visit) else Visit.objects.get(pk=visit)
    _check_papers(visit, order, papers)
    proof = _proof(signer_name.strip(), signer_document.strip(), signature, refusal_reason.strip(), photo, actor)
    now = clock.now()
    wanted = list(dict.fromkeys(papers))
    signed = SignedPaper.objects.bulk_create(
        SignedPaper(**number, visit=visit, paper=paper, at=now, **proof)
        for number, paper in zip(numbered_many(SignedPaper, PAPER_PREFIX, now, len(wanted)), wanted, strict=True)
    )
    kind = "papers.refused" if proof["signature"] is None else "papers.signed"
    data = {"papers": {paper.number: paper.paper for paper in signed}, "reason": proof["refusal_reason"]}
    _record(kind, visit, order, actor, **data)
    return signed


def _locked(work_order: WorkOrder | int) -> WorkOrder:
    return WorkOrder.objects.select_for_update().get(pk=key_of(work_order))


def _arrive(order: WorkOrder, technician: User, at: dt.datetime) -> Visit:
    visit = Visit.objects.create(work_order=order, technician=technician, arrived_at=at)
    _record("visit.begun", visit, order, technician, arrived_at=at.isoformat())
    return visit


def _open_visit(order: WorkOrder) -> Visit | None:
    """The begun visit of `order`. Raises VisitFinished where it is already recorded."""
    visit = Visit.objects.select_related("technician").filter(work_order=order).first()
    if visit is not None and visit.finished_at is not None:
        raise VisitFinished(order.number, str(visit.technician), _when(visit.finished_at))
    return visit


def _refuse_another(visit: Visit, order: WorkOrder, technician: User) -> None:
    if visit.technician_id != technician.pk:
        raise VisitOfAnother(order.number, str(visit.technician), _when(visit.arrived_at))


def _check_result(order: WorkOrder, tasks: Sequence[str], solved: bool, cause: str) -> None:
    for task in tasks:
        if task not in Task.values:
            raise UnknownTask(task[:40], ", ".join(Task.values))
    if solved and not tasks:
        raise TaskMissing
    if not solved and not cause.strip():
        raise CauseMissing(order.number)


def _check_papers(visit: Visit, order: WorkOrder, papers: Sequence[str]) -> None:
    if visit.finished_at is None:
        raise VisitNotFinished(order.number)
    if not papers:
        raise NoPaperToSign
    for paper in papers:
        if paper not in Paper.values:
            raise UnknownPaper(paper[:40], ", ".join(Paper.values))
    there = list(visit.papers.filter(paper__in=papers).values_list("number", flat=True))
    if there:
        raise PapersSigned(order.number, ", ".join(there))


def _proof(
    name: str, document: str, signature: bytes | None, reason: str, photo: bytes | None, actor: User
) -> dict[str, Any]:
    """The fields of a signed paper that prove it: a signature with its signer, or a refusal."""
    signer = {"signer_name": name, "signer_document": document}
    if reason:
        if signature is not None:
            raise SignedAndRefused
        if not photo:
            raise PhotoMissing
        kept = store_attachment(photo, actor=actor)
        return {**signer, "signature": None, "refusal_reason": reason, "photo": kept}
    if not signature:
        raise SignatureMissing
    if not name:
        raise SignerMissing
    pictures.refuse_blank(signature)
    kept = store_attachment(signature, actor=actor)
    return {**signer, "signature": kept, "refusal_reason": "", "photo": None}


def _record(kind: str, visit: Visit, order: WorkOrder, actor: User, **data: Any) -> None:
    told = {"order": order.number, **data}
    record(kind, visit, actor=actor, case_number=order.case_number, data=told)


def _when(moment: dt.datetime) -> str:
    return f"{clock.local(moment):%d/%m/%Y %H:%M}"
