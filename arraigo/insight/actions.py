"""Signing the monthly evaluation, and the heads' reviews (step 15, III.2)."""

import datetime as dt
import hashlib
import logging

from django.db import transaction

from arraigo import clock
from arraigo.engine.errors import NotWaiting
from arraigo.eventlog import actions as eventlog
from arraigo.eventlog import seal
from arraigo.eventlog.models import Seal
from arraigo.insight import paper, queries, saves
from arraigo.insight.errors import (
    AlreadyReviewed,
    AlreadySigned,
    MonthNotOver,
    NotInOrder,
    ReviewTooEarly,
    ReviewTooLate,
)
from arraigo.insight.models import Evaluation, IndicatorReview
from arraigo.people.models import User
from arraigo.retention import actions as retention
from arraigo.retention import queries as cases
from arraigo.retention import sweeps
from arraigo.retention.errors import CaseClosed

log = logging.getLogger(__name__)
DECIDE = (
    sweeps.settle_credits,
    sweeps.close_overtaken,
    sweeps.end_repairs,
    sweeps.resume_orders,
    sweeps.break_late_promises,
    saves.judge_due_cases,
)
"""What decides things of the month by time alone, in the order of the sweeps: what is found after the signature is in
no evaluation."""


def sign_evaluation(month: dt.date, *, findings: str, decisions: str, reformulate: bool, actor: User) -> Evaluation:
    """Sign the month's evaluation, then complete step 15 of every case that waits for it.

    Months are signed in order; the first one ever is the last finished month. The signature with its
    paper is one transaction; each case is one more. Where the loop is cut off, or a case cannot end, the
    sweep goes on with it (`complete_evaluations`). Raises AlreadySigned, MonthNotOver, NotInOrder.
    """
    _decide()
    seal.seal()
    evaluation = _sign(month, findings, decisions, reformulate, actor)
    try:
        complete_evaluations()
    except ExceptionGroup:
        log.exception("The month is signed; some of its cases could not end yet.")
    evaluation.refresh_from_db()
    return evaluation


def _decide() -> None:
    """Run what decides by time alone; one record that fails there keeps no month from being signed."""
    for sweep in DECIDE:
        try:
            sweep()
        except Exception:
            log.exception("Something of the month could not be decided before its signature.")


@transaction.atomic
def _sign(month: dt.date, findings: str, decisions: str, reformulate: bool, actor: User) -> Evaluation:
    head = Seal.objects.select_for_update().get_or_create(pk=1)[0]
    _check_turn(month)
    evaluation = Evaluation(
        month=month,
        figures=queries.month_figures(month).model_dump(mode="json"),
        findings=findings,
        decisions=decisions,
        reformulate=reformulate,
        signed_at=clock.now(),
        signed_by=actor,
        log_count=head.count,
        log_head=head.head,
    )
    evaluation.pdf = paper.evaluation_pdf(evaluation)
    evaluation.pdf_sha256 = hashlib.sha256(evaluation.pdf).hexdigest()
    evaluation.save()
    evaluation.refresh_from_db(fields=["figures", "signed_at"])  # as they will be read, and held against the digest
    eventlog.record(
        "evaluation.signed", evaluation, actor=actor,
        data={"month": f"{month:%Y-%m}", "log_head": head.head, "reformulate": reformulate,
              "pdf_sha256": evaluation.pdf_sha256, "row_sha256": evaluation.digest()},
    )  # fmt: skip
    return evaluation


def _check_turn(month: dt.date) -> None:
    """Only a finished month, once, and the one after the last signed."""
    if Evaluation.objects.filter(month=month).exists():
        raise AlreadySigned(_named(month))
    if clock.today() < clock.next_month(month):
        raise MonthNotOver(_named(month))
    due = queries.due_month()
    if month != due:
        raise NotInOrder(_named(month), _named(due))


def _named(month: dt.date) -> str:
    return f"{month:%m/%Y}"


def complete_evaluations() -> int:
    """Complete step 15 of the cases that wait, for every signed evaluation not done yet.

    Restartable: a case that was completed no longer waits. Cases that began to wait after the month's
    end are left for the next month's evaluation. One that cannot end keeps no other from it; its month is
    not done, and ExceptionGroup at the end tells of it.
    """
    done, broken = 0, list[Exception]()
    for evaluation in Evaluation.objects.filter(completed_at=None).order_by("month"):
        completed, failed = _complete(evaluation)
        done, broken = done + completed, broken + failed
        if not failed:
            Evaluation.objects.filter(pk=evaluation.pk).update(completed_at=clock.now())
    if broken:
        raise ExceptionGroup("cases that cannot be evaluated", broken)
    return done


def _complete(evaluation: Evaluation) -> tuple[int, list[Exception]]:
    """How many cases of the month were completed, and why others were not."""
    done, broken = 0, []
    for case in cases.waiting_for_evaluation(clock.start_of_day(clock.next_month(evaluation.month))):
        try:
            retention.evaluate(case.pk, actor=evaluation.signed_by, month=f"{evaluation.month:%Y-%m}")
        except (CaseClosed, NotWaiting):
            continue  # another worker was quicker, or the customer insisted
        except Exception as error:
            error.add_note(f"case {case.number}")
            broken.append(error)
        else:
            done += 1
    return done, broken


@transaction.atomic
def review_indicator(month: dt.date, *, role: str, comment: str, actor: User) -> IndicatorReview:
    """A head's monthly review of the indicator (III.2), between the month's end and the signature.

    Raises AlreadyReviewed, ReviewTooEarly, ReviewTooLate.
    """
    Seal.objects.select_for_update().get_or_create(pk=1)  # the signature waits for the same row
    if IndicatorReview.objects.filter(month=month, role=role).exists():
        raise AlreadyReviewed(_named(month))
    if clock.today() < clock.next_month(month):
        raise ReviewTooEarly(_named(month))
    if Evaluation.objects.filter(month=month).exists():
        raise ReviewTooLate(_named(month))
    review = IndicatorReview.objects.create(month=month, role=role, comment=comment, at=clock.now(), by=actor)
    data = {"month": f"{month:%Y-%m}", "role": role, "row_sha256": review.digest()}
    eventlog.record(queries.REVIEWED, review, actor=actor, data=data)
    return review
