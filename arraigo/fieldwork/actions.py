"""What is done with work orders in the field: printed, attended, signed (steps 6–8).

What is told from the road stands in `fieldwork.trips`, printing in `fieldwork.printing`, pictures in
`fieldwork.photos`; all verbs can be had from here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.eventlog.papers import digest
from arraigo.fieldwork import pictures, signed
from arraigo.fieldwork.errors import (
    NoPaperToSign,
    PapersSigned,
    PhotoMissing,
    SignatureMissing,
    SignedAndRefused,
    SignerDocumentMissing,
    SignerMissing,
    TaskMissing,
    UnknownPaper,
    UnknownTask,
    VisitNotFinished,
)
from arraigo.fieldwork.materials import material
from arraigo.fieldwork.measurements import measurements as checked
from arraigo.fieldwork.models import Attachment, Measurement, Paper, SignedPaper, Task, Visit
from arraigo.fieldwork.photos import add_photo, remove_photo, store_attachment
from arraigo.fieldwork.printing import PRINTED, open_file, print_batch, reprint
from arraigo.fieldwork.trips import arrive, begin_visit, find_nobody, open_visit, reopen_visit, set_out
from arraigo.numbering import numbered_many
from arraigo.orders import progress
from arraigo.orders.errors import CauseMissing, WrongState
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.people.models import User
from arraigo.records import key_of
from arraigo.tickets.models import TroubleTicket

__all__ = [
    "PRINTED",
    "add_photo",
    "begin_visit",
    "find_nobody",
    "keep_paper",
    "open_file",
    "print_batch",
    "record_visit",
    "remove_photo",
    "reopen_visit",
    "reprint",
    "set_out",
    "sign_papers",
    "store_attachment",
]

PAPER_PREFIX = "DF"
"""Documento firmado: one series for all papers of visits."""


def _refuse_closed(order: WorkOrder) -> None:
    if order.closed_at is not None:
        raise WrongState(order.number, order.get_state_display())


@transaction.atomic(savepoint=False)
def record_visit(
    work_order: WorkOrder | int,
    *,
    technician: User,
    tasks: Sequence[str],
    measurements: Sequence[Mapping[str, Any]] = (),
    materials: Sequence[str | Mapping[str, Any]] = (),
    details: Mapping[str, Mapping[str, Any]] | None = None,
    findings: str = "",
    not_measured: str = "",
    solved: bool,
    cause: str = "",
) -> Visit:
    """Record what the visit did (step 7); one that was not begun began and ended now, and so does a pause:
    somebody opened after all.

    `measurements` as in `measurements.measurements`, `materials` as lines ("12 m cable") or mappings,
    `details` what each task was (`details.DETAILS`); those of tasks not carried out are left out;
    `not_measured` why a reading is missing (`NotMeasured`).
    Closing the order is for `orders`. Raises WrongState, VisitFinished, TaskMissing, UnknownTask,
    CauseMissing, MaterialUnreadable, the errors of measurements, and of a paused order those of `begin_visit`.
    """
    order = _locked(work_order)
    _refuse_closed(order)
    _check_result(order, tasks, solved, cause)
    used = [material(line) for line in materials]
    now = clock.now()
    visit = _begun(order, technician, now)
    readings = checked(visit, order, measurements)
    visit.technician, visit.finished_at, visit.solved = technician, now, solved
    visit.tasks, visit.materials, visit.findings = list(dict.fromkeys(tasks)), used, findings.strip()
    visit.cause = "" if solved else cause.strip()
    visit.not_measured = not_measured
    visit.details = {task: dict((details or {})[task]) for task in visit.tasks if task in (details or {})}
    visit.save()
    Measurement.objects.bulk_create(readings)
    data = {"tasks": visit.tasks, "solved": solved, "cause": visit.cause, "measurements": len(readings),
            "not_measured": not_measured}  # fmt: skip
    _record("visit.recorded", visit, order, technician, **data)
    return visit


def _begun(order: WorkOrder, technician: User, now: dt.datetime) -> Visit:
    """The order's open visit; where there is none, one that begins now, and its order with it."""
    if order.state in progress.BACK_TO:
        return begin_visit(order, technician, now)
    visit = open_visit(order)
    if visit is None:
        visit = arrive(order, technician, now)
        if order.state == OrderState.ACKNOWLEDGED and order.technician_id is not None:
            progress.start(order, actor=technician)
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
    absent: bool = False,
    photo: bytes | Attachment | None = None,
    tickets: Sequence[TroubleTicket] | None = None,
    held: WorkOrder | None = None,
    working: Sequence[str] = (),
    actor: User,
) -> list[SignedPaper]:
    """Keep the papers of a recorded visit as signed, or as not signed with reason and photo (step 8.1).

    `signature` is a PNG, `photo` a PNG or JPEG, or one that is kept already; `absent` says that nobody was there to
    sign, else who does not sign refused. `tickets` are what the visit was about, where the caller has read more than
    led to its order; `working` are the services confirmed as working; `held` is the order, where the caller has read
    it with customer, zone and product order, locked, in this transaction. Raises VisitNotFinished, NoPaperToSign,
    UnknownPaper, PapersSigned, SignatureMissing, SignatureBlank, SignerMissing, SignerDocumentMissing,
    SignedAndRefused, PhotoMissing and the errors of `store_attachment`.
    """
    order = held or _of_visit(visit)
    visit = visit if isinstance(visit, Visit) else Visit.objects.get(pk=visit)
    visit.work_order = order
    if visit.technician_id == actor.pk:
        visit.technician = actor
    _check_papers(visit, order, papers)
    proof = _proof(signer_name.strip(), signer_document.strip(), signature, refusal_reason.strip(), photo, actor)
    proof["signer_absent"] = absent and proof["signature"] is None
    made = _papers(visit, list(dict.fromkeys(papers)), proof)
    signed.freeze(made, tickets, working)
    _insert(made, order)
    data = {
        "papers": {paper.number: paper.paper for paper in made},
        "reason": proof["refusal_reason"],
        "working": list(working),
    }
    _record(_kind(made[0]), visit, order, actor, **data, sha256=_digests(made))
    return made


def _papers(visit: Visit, wanted: Sequence[str], proof: Mapping[str, Any]) -> list[SignedPaper]:
    """The `wanted` papers with their numbers, not saved yet."""
    now = clock.now()
    numbers = numbered_many(SignedPaper, PAPER_PREFIX, now, len(wanted))
    return [
        SignedPaper(**number, visit=visit, paper=paper, at=now, **proof)
        for number, paper in zip(numbers, wanted, strict=True)
    ]


def _kind(paper: SignedPaper) -> str:
    if paper.signature is not None:
        return "papers.signed"
    return "papers.absent" if paper.signer_absent else "papers.refused"


def _of_visit(visit: Visit | int) -> WorkOrder:
    orders = WorkOrder.objects.select_related("customer", "zone", "product_order")
    return orders.select_for_update(of=("self",)).get(visit=key_of(visit))


def _insert(made: Sequence[SignedPaper], order: WorkOrder) -> None:
    """Insert the papers. Raises PapersSigned where one is there: the database itself looks."""
    try:
        with transaction.atomic():
            SignedPaper.objects.bulk_create(made)
    except IntegrityError as error:
        kinds = [paper.paper for paper in made]
        there = made[0].visit.papers.filter(paper__in=kinds).values_list("number", flat=True)
        if not there:
            raise
        raise PapersSigned(order.number, ", ".join(there)) from error


@transaction.atomic(savepoint=False)
def keep_paper(paper: SignedPaper) -> SignedPaper:
    """The paper; one that was signed before papers were frozen is frozen now, as the records say it.

    An event tells the digest, which counts only where no earlier one did.
    """
    if paper.contents is not None:
        return paper
    kept = SignedPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    if kept.contents is None:
        signed.freeze([kept])
        kept.save(update_fields=["contents"])
        _record("papers.frozen", kept.visit, kept.visit.work_order, None, sha256=_digests([kept]))
    return kept


def _digests(papers: Sequence[SignedPaper]) -> dict[str, str]:
    """Number of a paper → the digest of what it says."""
    return {paper.number: digest(paper.contents) for paper in papers if paper.contents is not None}


def _locked(work_order: WorkOrder | int) -> WorkOrder:
    return WorkOrder.objects.select_for_update().get(pk=key_of(work_order))


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


def _proof(
    name: str, document: str, signature: bytes | None, reason: str, photo: bytes | Attachment | None, actor: User
) -> dict[str, Any]:
    """The fields of a signed paper that prove it: a signature with its signer, or a refusal."""
    signer = {"signer_name": name, "signer_document": document}
    if reason:
        if signature is not None:
            raise SignedAndRefused
        if not photo:
            raise PhotoMissing
        kept = photo if isinstance(photo, Attachment) else store_attachment(photo, actor=actor)
        return {**signer, "signature": None, "refusal_reason": reason, "photo": kept}
    if not signature:
        raise SignatureMissing
    if not name:
        raise SignerMissing
    if not document:
        raise SignerDocumentMissing
    pictures.refuse_blank(signature)
    kept = store_attachment(signature, actor=actor, drawn=True)
    return {**signer, "signature": kept, "refusal_reason": "", "photo": None}


def _record(kind: str, visit: Visit, order: WorkOrder, actor: User | None, **data: Any) -> None:
    told = {"order": order.number, **data}
    record(kind, visit, actor=actor, case_number=order.case_number, data=told)
