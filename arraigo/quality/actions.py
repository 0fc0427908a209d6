"""Quality controls: scheduled, tried, decided (steps 9 and 10)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.quality import queries
from arraigo.quality.errors import ControlDecided, NotTriedEnough, VerdictNotAllowed
from arraigo.quality.models import ContactAttempt, QualityControl
from arraigo.quality.queries import ContactRule
from arraigo.records import key_of

Verdict = QualityControl.Verdict


@transaction.atomic(savepoint=False)
def schedule_control(
    kind: str, *, case_number: str, work_order: WorkOrder, due_at: dt.datetime, actor: User | None = None
) -> QualityControl:
    """Plan the control `kind` on `work_order`; the former one of its kind in the case is replaced.

    A pending control on the same order is moved to `due_at`; one on an earlier order (the visit was
    re-opened) is cancelled.
    """
    former = _pending(case_number, kind)
    same = next((control for control in former if control.work_order_id == work_order.pk), None)
    for control in former:
        if control is not same:
            _decide(control, Verdict.CANCELLED, actor)
            _record("replaced", control, actor)
    return _move(same, due_at, actor) if same else _plan(kind, case_number, work_order, due_at, actor)


def _plan(
    kind: str, case_number: str, work_order: WorkOrder, due_at: dt.datetime, actor: User | None
) -> QualityControl:
    control = QualityControl.objects.create(
        kind=kind,
        case_number=case_number,
        customer_id=work_order.customer_id,
        work_order=work_order,
        due_at=due_at,
    )
    _record("scheduled", control, actor, due_at=due_at.isoformat())
    return control


def _move(control: QualityControl, due_at: dt.datetime, actor: User | None) -> QualityControl:
    before, control.due_at = control.due_at, due_at
    control.save(update_fields=["due_at"])
    _record("moved", control, actor, before=before.isoformat(), due_at=due_at.isoformat())
    return control


def _pending(case_number: str, kind: str | None = None) -> list[QualityControl]:
    controls = QualityControl.objects.select_for_update().filter(case_number=case_number, verdict=Verdict.PENDING)
    if kind is not None:
        controls = controls.filter(kind=kind)
    return list(controls.order_by("pk"))


@transaction.atomic(savepoint=False)
def record_attempt(control: QualityControl | int, *, reached: bool, note: str = "", actor: User) -> ContactAttempt:
    """Keep one call to the customer. Raises ControlDecided."""
    control = _undecided(control)
    attempt = ContactAttempt.objects.create(
        control=control, at=clock.now(), by=actor, reached=reached, note=note.strip()
    )
    _record("attempted", control, actor, reached=reached, note=attempt.note)
    return attempt


@transaction.atomic(savepoint=False)
def decide(
    control: QualityControl | int,
    *,
    verdict: str,
    facts: dict[str, Any],
    answer: str,
    satisfaction: int | None,
    attempts_needed: int,
    windows: Sequence[Sequence[str | dt.time]],
    windows_needed: int,
    actor: User,
) -> QualityControl:
    """Judge a control: passed, failed or not reached, on `facts` (JSON) and the customer's `answer`.

    `satisfaction` is 1 to 5. Not reached is no pass, and needs `attempts_needed` calls on business days, one
    in each window, in `windows_needed` different ones of the calling hours `windows` ((from, to) of a day
    in Cochabamba, times or ISO text).
    A control given as a record is not read again. Raises ControlDecided, NotTriedEnough, VerdictNotAllowed.
    """
    if verdict not in (Verdict.PASSED, Verdict.FAILED, Verdict.NOT_REACHED):
        raise VerdictNotAllowed(verdict)
    control = QualityControl.objects.get(pk=control) if isinstance(control, int) else control
    if verdict == Verdict.NOT_REACHED:
        _check_tried(control, ContactRule.of(attempts_needed, windows_needed, windows))
    _decide(control, verdict, actor, facts=facts, answer=answer.strip(), satisfaction=satisfaction)
    _record("decided", control, actor, verdict=verdict, facts=facts, satisfaction=satisfaction)
    return control


def _check_tried(control: QualityControl, rule: ContactRule) -> None:
    moments = queries.failed_attempts(control)
    planner = queries.planner_for(rule, moments)
    tried = planner.tried(moments)
    if not tried.enough:
        raise NotTriedEnough(tried, *planner.next_call(tried))


@transaction.atomic(savepoint=False)
def cancel_pending(case_number: str, *, actor: User | None = None) -> int:
    """Cancel the undecided controls of a case; how many."""
    controls = _pending(case_number)
    for control in controls:
        _decide(control, Verdict.CANCELLED, actor)
        _record("cancelled", control, actor)
    return len(controls)


def _undecided(wanted: QualityControl | int) -> QualityControl:
    control = QualityControl.objects.select_for_update().get(pk=key_of(wanted))
    if control.verdict != Verdict.PENDING:
        raise ControlDecided(control.case_number, control.get_verdict_display())
    return control


def _decide(control: QualityControl, verdict: str, actor: User | None, **more: Any) -> None:
    """Write the verdict unless somebody was first: ControlDecided."""
    changes = {"verdict": verdict, "decided_at": clock.now(), "decided_by": actor, **more}
    if not QualityControl.objects.filter(pk=control.pk, verdict=Verdict.PENDING).update(**changes):
        control.refresh_from_db(fields=["verdict"])
        raise ControlDecided(control.case_number, control.get_verdict_display())
    for name, value in changes.items():
        setattr(control, name, value)


def _record(verb: str, control: QualityControl, actor: User | None, **data: Any) -> None:
    record(
        f"quality_control.{verb}",
        control,
        actor=actor,
        case_number=control.case_number,
        data={"kind": control.kind, **data},
    )
