"""The verbs of a case: open, carry out a step, insist, stay after all, close from elsewhere, hand over.

Each is one transaction: it locks the case's instance, changes the records, lets the engine advance,
and writes the event. What must leave the house is a command in the outbox of the same transaction.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.engine import actions as engine
from arraigo.engine.errors import NotWaiting
from arraigo.engine.models import Instance, WorkItem
from arraigo.eventlog import actions as eventlog
from arraigo.messages import actions as messages
from arraigo.numbering import numbered
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention import answers, cancellations, clocks, courtesies, firm_no, placement, staying, telling
from arraigo.retention.errors import CannotGoOn, CaseClosed, CaseOpenAlready, NoTeam, StepInvalid
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import StepRun, handler

CASE_PARTS = ("customer", "team")
"""What every verb reads with a case; its owner is read where needed."""

OUTCOMES = {
    "case_evaluated": RetentionCase.Outcome.EVALUATED,
    "termination_registered": RetentionCase.Outcome.TERMINATION,
    "ordinary_incident": RetentionCase.Outcome.ORDINARY_INCIDENT,
    "case_closed_elsewhere": RetentionCase.Outcome.CLOSED_ELSEWHERE,
    "case_closed_elsewhere_termination": RetentionCase.Outcome.CLOSED_ELSEWHERE,
}
"""End element of the process `case` → outcome of the case."""


@transaction.atomic
@eventlog.together()
def open_case(
    customer: Customer,
    products: Sequence[Product],
    *,
    actor: User,
    channel: str,
    reason: str,
    words: str = "",
    contact_phone: str = "",
    reason_detail: str = "",
    competitor: str = "",
    competitor_offer: str = "",
    competitor_price: Decimal | None = None,
    proactive: bool = False,
) -> RetentionCase:
    """Open the case of a customer who asks to leave, under the current version, at step 1.

    Raises CaseOpenAlready where the customer has an open one, NoTeam where the advisor has no team.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)
    running = RetentionCase.objects.filter(customer=customer, closed_at=None).first()
    if running:
        raise CaseOpenAlready(customer.name, running.number)
    team = actor.unit_as(Role.ADVISOR) or actor.unit_as(Role.TEAM_LEAD)
    if team is None:
        raise NoTeam(str(actor))
    now = clock.now()
    named = numbered(RetentionCase, "RET", now)
    case = RetentionCase(
        **named, customer=customer, channel=channel, reason=reason, reason_detail=reason_detail, words=words,
        contact_phone=contact_phone, competitor=competitor, competitor_offer=competitor_offer,
        competitor_price=competitor_price, proactive=proactive, owner=actor, team=team, opened_at=now,
    )  # fmt: skip
    version = procedures.current_version()
    advance = engine.start(version.definition, key=case.number, facts={}, at=now, on_open=placement.of(case))
    case.instance = advance.instance
    case.save(force_insert=True)
    case.products.add(*products)
    eventlog.record(
        "case.opened", case, actor=actor, case_number=case.number, version=str(version),
        data={"channel": channel, "reason": reason, "detail": reason_detail, "competitor": case.better_offer,
              "proactive": proactive, "products": [product.number for product in products],
              **_way(advance)},
    )  # fmt: skip
    return case


@transaction.atomic
@eventlog.together()
def complete_step(
    item_id: int, *, actor: User, data: Mapping[str, Any], files: Mapping[str, Any] | None = None
) -> engine.Advance:
    """Carry out the step of the work item with what was filled in.

    Raises StepInvalid with the form where the input is not good, AlreadyCompleted or ItemCancelled
    where somebody else was first, and the records' own rules.
    """
    item = engine.lock_item(item_id, *(f"instance__case__{part}" for part in CASE_PARTS))
    case = item.instance.case
    step = handler(item.element)
    policy = procedures.policy_of(item.instance.definition_id)
    form = step.form_class(case, item, policy, actor, data, files)
    if not form.is_valid():
        raise StepInvalid(form)
    result = step.carry_out(StepRun(case, item, actor, form, policy))
    advance = engine.complete(
        item, actor=actor, facts=dict(result.facts), outcome=result.outcome, on_open=placement.of(case)
    )
    cancellations.of_tasks(case, advance.cancelled, actor=actor)
    asks_approval = any(opened.element.startswith("approve") for opened in advance.opened)
    if asks_approval:
        answers.wait_for_approval(case.pk)
    agreed = bool(result.facts.get("accepted") or result.facts.get("approved")) and not asks_approval
    over = agreed or item.element == "termination"
    changed = firm_no.settle(case, result.facts, over=over or advance.ended)
    _settle(case, advance, accepted=agreed, changed=changed)
    if any(opened.element == "termination" for opened in advance.opened):
        cancellations.of_case(case, advance.cancelled, actor=actor)
    eventlog.record(
        "case.step_completed", case, actor=actor, case_number=case.number, version=procedures.label(item.instance),
        data={"element": item.element, "outcome": result.outcome, **result.event, **_way(advance),
              **firm_no.told(case, changed)},
    )  # fmt: skip
    telling.of_opened(advance.opened, case.number, actor=actor)
    return advance


@transaction.atomic
@eventlog.together()
def insist(case_id: int, *, actor: User) -> engine.Advance:
    """The customer insists on leaving: whatever is open ends, the baja is registered next."""
    case = _locked(case_id)
    minutes = firm_no.minutes_since(case)
    advance = _correlate(case, "insists", actor=actor, kind="case.insisted", data={"minutes_after_firm_no": minutes})
    cancellations.of_case(case, advance.cancelled, actor=actor)
    return advance


@transaction.atomic
@eventlog.together()
def stay(case_id: int, *, why: str, words: str, actor: User) -> engine.Advance:
    """Before the baja is registered the customer wants to stay after all: the case goes back to where its branch
    negotiates (3 or 11), else to what was not looked at yet, or not today (1). Nothing is taken back, and the
    meter runs on, unless it is another day: that conversation counts its own offers. An offer accepted before the
    insistence, and not carried out since, is made anew.

    `why`: a `StayReason`; `words`: what the customer said. Raises CaseClosed, and NotWaiting where no baja is
    waiting to be registered, or the case's version knows no way back.
    """
    case = _locked(case_id)
    answers.give_up(case.pk)
    facts: dict[str, Any] = {} if staying.is_fresh(case) else dict.fromkeys(staying.REVIEWED)
    ended = []
    if not staying.goes_on(case):
        facts |= answers.anew(had_courtesy=courtesies.granted(case.number))
        ended = firm_no.leave_behind(case, staying.left_at(case))
    data = {**_stays(case, why, words), **firm_no.told(case, ended)}
    return _correlate(case, "stays", actor=actor, kind="case.stayed", data=data, facts=facts, changed=ended)


@transaction.atomic
@eventlog.together()
def stay_as_is(case_id: int, *, why: str, words: str, actor: User) -> engine.Advance:
    """Before the baja is registered the customer stays, and wants nothing more: the request is withdrawn, and the case
    ends. What was granted (a credit, a courtesy that runs) stands.

    `why` and `words` as for `stay`. Raises CaseClosed, and NotWaiting where no baja is waiting to be registered.
    """
    case = _locked(case_id)
    if not case.closed_at and not staying.is_possible(case):
        raise NotWaiting(case.number, "stays")
    advance, cancelled = _end(case, "case.stayed_as_is", _stays(case, why, words), actor=actor)
    if case.owner != actor:
        _tell_owner(case, staying.because(why, words), cancelled)
    return advance


@transaction.atomic
@eventlog.together()
def close_elsewhere(case_id: int, *, actor: User | None, because: str) -> engine.Advance:
    """Something happened elsewhere (product terminated, death, request withdrawn): the case ends.

    Open items end with an outcome; an order that never left is cancelled, one that did is called off on the
    other side, and what else waits to be told (credits, ends of courtesies) is told; so is the owner.
    """
    case = _locked(case_id)
    advance, cancelled = _end(case, "case.closed_elsewhere", {"because": because}, actor=actor)
    _tell_owner(case, because, cancelled)
    return advance


@transaction.atomic
@eventlog.together()
def reassign(item_id: int, *, assignee: User | None, actor: User) -> WorkItem:
    """Hand an open work item to a colleague, or back to the whole unit (None)."""
    item = engine.reassign(item_id, assignee=assignee)
    case = _case_of(item.instance)
    eventlog.record(
        "case.reassigned", case, actor=actor, case_number=case.number, version=procedures.label(item.instance),
        data={"element": item.element, "to": str(assignee) if assignee else ""},
    )  # fmt: skip
    if assignee and assignee != actor:
        messages.notify(assignee, "work_item.assigned", {"element": item.element}, case_number=case.number)
    return item


@transaction.atomic
@eventlog.together()
def wake_next(*, after: int = 0) -> engine.Advance | None:
    """Let the next instance beyond id `after` whose time has come go on; None where nothing is due.

    What opens (the call of a control) is an event, and who is to call is told. Several workers may ask at once.
    Raises CannotGoOn with the instance that is broken: the caller goes on behind it.
    """
    instance = engine.claim_due(after=after)
    if instance is None:
        return None
    try:
        case = _case_of(instance)
        advance = engine.wake(instance, on_open=placement.of(case))
    except Exception as error:
        raise CannotGoOn(instance.pk, instance.key) from error
    if advance.opened:
        eventlog.record(
            "case.woken", case, actor=None, case_number=case.number, version=procedures.label(instance),
            data=_way(advance),
        )  # fmt: skip
        telling.of_opened(advance.opened, case.number, actor=None)
    return advance


@transaction.atomic
@eventlog.together()
def evaluate(case_id: int, *, actor: User, month: str) -> engine.Advance:
    """Step 15 of one waiting case, once the month's evaluation was signed. `month`: YYYY-MM."""
    return _correlate(
        _locked(case_id), "evaluation_signed", actor=actor, kind="case.step_completed",
        data={"element": "step_15", "outcome": "evaluated", "month": month},
    )  # fmt: skip


def _locked(case_id: int) -> RetentionCase:
    case = RetentionCase.objects.only("instance_id").get(pk=case_id)
    instance = engine.lock(case.instance_id)
    return _case_of(instance)


def _case_of(instance: Instance) -> RetentionCase:
    """The case of a locked instance, read after the lock."""
    case = RetentionCase.objects.select_related(*CASE_PARTS).get(instance=instance)
    case.instance = instance
    return case


def _correlate(
    case: RetentionCase, message: str, *, actor: User | None, kind: str, data: dict[str, Any],
    facts: Mapping[str, Any] | None = None, changed: Sequence[str] = (),
) -> engine.Advance:  # fmt: skip
    if case.closed_at:
        raise CaseClosed(case.number)
    advance = engine.correlate(case.instance, message, facts=facts or {}, on_open=placement.of(case))
    _settle(case, advance, accepted=False, changed=changed)
    eventlog.record(
        kind, case, actor=actor, case_number=case.number, version=procedures.label(case.instance),
        data={**data, **_way(advance)},
    )  # fmt: skip
    return advance


def _stays(case: RetentionCase, why: str, words: str) -> dict[str, Any]:
    """What the history keeps of a customer who stays."""
    return {"reason": why, "words": words.strip(), "minutes_after_firm_no": firm_no.minutes_since(case)}


def _end(
    case: RetentionCase, kind: str, data: dict[str, Any], *, actor: User | None
) -> tuple[engine.Advance, dict[str, int]]:
    """End a case otherwise than by its steps, with what is open of it; and how many of each that were."""
    advance = _correlate(case, "closed_elsewhere", actor=actor, kind=kind, data=data)
    cancelled = cancellations.of_case(case, advance.cancelled, actor=actor)
    messages.overtake(case.number)
    return advance, cancelled


def _tell_owner(case: RetentionCase, because: str, cancelled: dict[str, int]) -> None:
    told = {"because": because, "cancelled": cancelled}
    messages.notify(case.owner, "case.closed_elsewhere", told, case_number=case.number)


def _settle(case: RetentionCase, advance: engine.Advance, *, accepted: bool, changed: Sequence[str] = ()) -> None:
    """Keep the case's own outcome in step with its instance; `changed` fields are saved with it."""
    changed = list(changed)
    if accepted:
        case.accepted_at = clock.now()
        changed.append("accepted_at")
    if advance.ended:
        case.outcome, case.closed_at = OUTCOMES[advance.outcome], clock.now()
        changed += ["outcome", "closed_at"]
    else:
        waits = any(wait.element == "step_15" for wait in advance.waits)
        outcome = RetentionCase.Outcome.ACCEPTED if waits else RetentionCase.Outcome.RUNNING
        if outcome != case.outcome:
            case.outcome = outcome
            changed.append("outcome")
    if changed:
        case.save(update_fields=changed)


def _way(advance: engine.Advance) -> dict[str, Any]:
    """What the history keeps of the engine's move."""
    return {
        "passed": list(advance.passed),
        "opened": [item.element for item in advance.opened],
        "cancelled": [item.element for item in advance.cancelled],
        **clocks.told(advance),
        "decisions": [
            {"name": taken.name, "outputs": dict(taken.outputs), "rule": taken.rule} for taken in advance.decisions
        ],
        "ended": advance.outcome if advance.ended else "",
    }
