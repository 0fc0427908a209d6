"""The promise ledger: what was promised, by when, and the proof that it was kept."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.eventlog import actions as eventlog
from arraigo.orders import progress as orders
from arraigo.orders import queries as ordered
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.people.models import User
from arraigo.products.models import Courtesy
from arraigo.retention import amounts
from arraigo.retention.errors import NoTransfer
from arraigo.retention.models import Promise, RetentionCase


def sentence(kind: str, values: Mapping[str, Any]) -> str:
    """The promise as it is read back to the customer. Of a credit, `partly` says that the month is still charged in
    part, and `next_bill` that its own bill carries it no longer."""
    patterns = {
        Promise.Kind.VISIT: _("A technician visits you before %(due)s and solves the faults of %(product)s."),
        Promise.Kind.BILL_WAIVER: _("%(month)s of %(product)s is not charged: Bs %(amount)s."),
        Promise.Kind.COMPENSATION: _("Bs %(amount)s of %(product)s, %(month)s, are compensated on your bill."),
        Promise.Kind.COURTESY: _("%(courtesy)s on %(product)s without cost until %(due)s; it ends by itself."),
        Promise.Kind.TRANSFER: _("%(product)s is transferred to %(address)s."),
        Promise.Kind.INCIDENT: _("The fault of %(product)s is repaired as an ordinary incident, %(ticket)s."),
    }
    if values.get("partly"):
        patterns[Promise.Kind.BILL_WAIVER] = _("Of %(month)s of %(product)s, Bs %(amount)s are not charged.")
    shown = dict(values)
    if isinstance(shown.get("month"), dt.date):
        shown["month"] = date_format(shown["month"], "F Y")
    if isinstance(shown.get("amount"), Decimal):
        shown["amount"] = amounts.told(shown["amount"])
    if isinstance(shown.get("due"), dt.datetime):
        shown["due"] = _until(shown["due"], whole_days=kind == Promise.Kind.COURTESY)
    later = [_("It comes off the next bill.")] if values.get("next_bill") else []
    return " ".join([patterns[Promise.Kind(kind)] % shown, *later])


def _until(due: dt.datetime, *, whole_days: bool) -> str:
    """The due time in La Paz; of what lasts days, the last day alone (one that ends at midnight, the day before)."""
    if whole_days:
        return date_format(clock.local(due - dt.timedelta(seconds=1)), "d/m/Y")
    return date_format(clock.local(due), "d/m/Y H:i")


def until(due: dt.datetime) -> str:
    """The due time in La Paz as it is told: of what is due at midnight, the day that ends with it."""
    return _until(due, whole_days=clock.local(due).time() == dt.time())


def promise(
    case: RetentionCase,
    kind: Promise.Kind,
    *,
    values: Mapping[str, Any],
    role: str,
    due_at: dt.datetime,
    kept_by: str = "",
    awaits: str = "",
) -> Promise:
    """Write the promise down; `kept_by` names the record that already proves it, where one does.

    `awaits` names the record that will decide it (`decided`).
    """
    now = clock.now()
    return Promise.objects.create(
        case=case,
        customer_id=case.customer_id,
        kind=kind,
        text=sentence(kind, values),
        role=role,
        state=Promise.State.KEPT if kept_by else Promise.State.OPEN,
        made_at=now,
        due_at=due_at,
        ended_at=now if kept_by else None,
        proof=kept_by or awaits,
    )


def taken_back_at(promise: Promise, not_given: Mapping[str, dt.datetime]) -> dt.datetime | None:
    """Since when nobody owes what was promised; None where it stands, be it broken. `not_given`: see below."""
    return promise.ended_at if promise.state == Promise.State.CANCELLED else not_given.get(promise.proof)


def not_given(claims: Iterable[BillingClaim]) -> dict[str, dt.datetime]:
    """The numbers of those of `claims` that billing refused or that were taken back, and when."""
    ended = (each for each in claims if each.state in BillingClaim.NOT_GIVEN)
    return {each.number: each.decided_at for each in ended if each.decided_at}


def standing(promised: Iterable[Promise], claims: Iterable[BillingClaim]) -> list[Promise]:
    """Those of a case's promises that stand, given its claims: of a refused one, what was entered corrected does; of
    several visits the last, which was promised in the place of those before."""
    ended = not_given(claims)
    stand = [each for each in promised if taken_back_at(each, ended) is None]
    visit = max((each.pk for each in stand if each.kind == Promise.Kind.VISIT), default=None)
    return [each for each in stand if each.kind != Promise.Kind.VISIT or each.pk == visit]


def keep(case: RetentionCase, kind: Promise.Kind, *, due_at: dt.datetime, proof: str) -> int:
    """Mark the case's open promises of `kind` as kept, or as broken where `due_at` has passed.

    `due_at` is the due time as it stands now: pauses move it. A late proof is kept beside the broken
    promise: late is not kept.
    """
    now = clock.now()
    state, ended_at = (Promise.State.KEPT, now) if now <= due_at else (Promise.State.BROKEN, _lapsed(due_at))
    return Promise.objects.filter(case=case, kind=kind, state=Promise.State.OPEN).update(
        state=state, due_at=due_at, ended_at=ended_at, proof=proof
    )


@transaction.atomic
@eventlog.together()
def transferred(case: RetentionCase, *, actor: User) -> int:
    """The services work at the new address: the transfers end, and with them the promise; how many.

    One that is late stays broken, or is from now on, with its proof: late is not kept. Raises NoTransfer where none
    is open.
    """
    numbers = orders.complete_transfers(case.number, actor=actor)
    if not numbers:
        raise NoTransfer(case.number)
    latest = case.promises.filter(kind=Promise.Kind.TRANSFER).order_by("-pk").values_list("pk", flat=True)[:1]
    mine, proof = Promise.objects.filter(pk__in=list(latest)), ", ".join(numbers)[:160]
    end(mine.filter(state=Promise.State.OPEN, due_at__lt=clock.now()), Promise.State.BROKEN, lapsed=True)
    mine.filter(state=Promise.State.OPEN).update(state=Promise.State.KEPT, ended_at=clock.now())
    for late in mine.filter(state=Promise.State.BROKEN):
        told = {"number": proof, "kind": late.kind, "due_at": late.due_at.isoformat()}
        eventlog.record("promise.kept_late", late, actor=actor, case_number=case.number, data=told)
    mine.update(proof=proof)
    return len(numbers)


def waiting_transfer(case: RetentionCase) -> Promise | None:
    """The promise of a transfer that is still to be noted as done, be it late; None where there is none."""
    mine = [each for each in case.promises.all() if each.kind == Promise.Kind.TRANSFER]
    waits = mine and ordered.open_transfers(case.number).exists()
    return max(mine, key=lambda each: each.pk) if waits else None


def decided(proof: str, *, well: bool) -> int:
    """End the open promise that waits for the record `proof`: kept if it went `well`, in time."""
    waiting = Promise.objects.filter(proof=proof, state=Promise.State.OPEN)
    return waiting.update(state=_by_due_time() if well else Promise.State.BROKEN, ended_at=clock.now())


def _by_due_time() -> Case:
    """Kept where the due time has not passed, else broken."""
    in_time = When(due_at__gte=clock.now(), then=Value(Promise.State.KEPT))
    return Case(in_time, default=Value(Promise.State.BROKEN))


def break_open(case: RetentionCase, kind: Promise.Kind, *, proof: str) -> int:
    """Mark the case's open promises of `kind` as broken, whatever their due time; `proof` says by what."""
    return Promise.objects.filter(case=case, kind=kind, state=Promise.State.OPEN).update(
        state=Promise.State.BROKEN, ended_at=clock.now(), proof=proof
    )


def take_back(case_id: int, **which: Any) -> int:
    """Cancel the open promises of the case that are `which`: what they promised is taken back; how many."""
    waiting = Promise.objects.filter(case=case_id, state=Promise.State.OPEN, **which)
    return waiting.update(state=Promise.State.CANCELLED, ended_at=clock.now())


def cancel_open(case: RetentionCase) -> int:
    """Open promises of a case that ended otherwise are cancelled.

    That of a courtesy that runs ends with it, that of a credit that was granted once it stands on a bill.
    """
    running = Courtesy.objects.filter(case_number=case.number, status=Courtesy.Status.ACTIVE)
    granted = BillingClaim.objects.filter(case_number=case.number, state=BillingClaim.State.APPLIED)
    ends = ~Q(kind=Promise.Kind.COURTESY) | ~Exists(running)
    open_ones = Promise.objects.filter(ends, case=case, state=Promise.State.OPEN)
    return open_ones.exclude(proof__in=granted.values("number")).update(
        state=Promise.State.CANCELLED, ended_at=clock.now()
    )


@transaction.atomic
def end(ended: QuerySet[Promise], state: Promise.State, *, lapsed: bool = False) -> int:
    """Bring these open promises to their end, each with its event; how many.

    Those that `lapsed` ended when they fell due, however late that is found: they are broken in that month.
    """
    rows = list(ended.select_for_update(of=("self",)).select_related("case").order_by("id"))
    for row in rows:
        row.state, row.ended_at = state, _lapsed(row.due_at) if lapsed else clock.now()
        row.save(update_fields=["state", "ended_at"])
        eventlog.record(
            f"promise.{state}", row, actor=None, case_number=row.case.number,
            data={"number": row.proof, "kind": row.kind, "due_at": row.due_at.isoformat()},
        )  # fmt: skip
    return len(rows)


def _lapsed(due: dt.datetime) -> dt.datetime:
    """When what was due is broken by time alone; what is due at midnight, on the day that ends with it."""
    return due - dt.timedelta(seconds=1) if clock.local(due).time() == dt.time() else due


def courtesies_over() -> int:
    """End the promises of courtesies that are over: kept where it ran until its end and was withdrawn by itself,
    cancelled where it was taken back before; how many."""
    waiting = Promise.objects.filter(kind=Promise.Kind.COURTESY, state=Promise.State.OPEN)
    its = Courtesy.objects.filter(case_number=OuterRef("case__number"))
    running = Exists(its.filter(status__in=[Courtesy.Status.SCHEDULED, Courtesy.Status.ACTIVE]))
    over = waiting.filter(~running)
    return end(over.filter(Exists(its.filter(status=Courtesy.Status.ENDED))), Promise.State.KEPT) + end(
        over.filter(Exists(its.filter(status=Courtesy.Status.WITHDRAWN))), Promise.State.CANCELLED
    )


def overdue() -> int:
    """Break the promises of credits that stood on no bill in time, and of transfers not done in time; how many."""
    kinds = [Promise.Kind.BILL_WAIVER, Promise.Kind.COMPENSATION, Promise.Kind.TRANSFER]
    late = Promise.objects.filter(kind__in=kinds, state=Promise.State.OPEN, due_at__lt=clock.now())
    return end(late, Promise.State.BROKEN, lapsed=True)


@transaction.atomic
def visits_late() -> int:
    """Break the promises of visits whose order is late as its pauses have it now, though not while one runs; how many.

    The visit carried out afterwards leaves them broken.
    """
    latest = WorkOrder.objects.filter(case_number=OuterRef("case__number")).order_by("-id")
    waiting = Promise.objects.filter(kind=Promise.Kind.VISIT, state=Promise.State.OPEN, due_at__lt=clock.now())
    waiting = waiting.order_by("pk")
    its = waiting.annotate(
        order_due=Subquery(latest.values("due_at")[:1]),
        order_number=Subquery(latest.values("number")[:1]),
        order_state=Subquery(latest.values("state")[:1]),
    )
    stopped = [OrderState.PENDING, OrderState.HELD]
    late = list(its.filter(order_due__lt=clock.now()).exclude(order_state__in=stopped))
    for row in late:
        waiting.filter(pk=row.pk).update(due_at=row.order_due, proof=row.order_number)
    return end(waiting.filter(pk__in=[row.pk for row in late]), Promise.State.BROKEN, lapsed=True) if late else 0
