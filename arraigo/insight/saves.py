"""Which accepted cases were saved: judged once, at one moment for faults, products and claims.

With controls (faults, steps 9 and 10) that moment is the last control's verdict, or billing's decision
where that came later. Without (13, 14, the transfer) it is `save.days` after the adjustment, after the
courtesy ended, or after the acceptance, whichever is last. A case that was saved is judged again
`save.days_again` less `save.days` later.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.engine.models import Wait
from arraigo.eventlog import actions as eventlog
from arraigo.insight.models import Judgement
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.products.models import Courtesy, Product
from arraigo.quality.models import QualityControl
from arraigo.retention.models import RetentionCase
from arraigo.retention.queries import EVALUATION
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TroubleTicket

Because, Verdict = Judgement.Because, QualityControl.Verdict
STAYED = (RetentionCase.Outcome.ACCEPTED, RetentionCase.Outcome.EVALUATED)
"""Outcomes of the cases whose promises and controls are all behind them."""
LEFT = (
    RetentionCase.Outcome.TERMINATION,
    RetentionCase.Outcome.CLOSED_ELSEWHERE,
    RetentionCase.Outcome.ORDINARY_INCIDENT,
)
BATCH = 500
"""Cases judged in one transaction."""


Candidates = Callable[[dt.datetime], QuerySet[RetentionCase]]


def judge_due_cases() -> int:
    """Judge every case whose moment has come, the first time and again; how many judgements."""
    try:
        _forget_who_came_back()
        return _all(_first_time) + _all(_again)
    except NoProcedure:  # without a published procedure there are no cases
        return 0


@transaction.atomic
@eventlog.together()
def _forget_who_came_back() -> None:
    """A baja that was taken back is no leaving: its case is open again, and judged when its moment comes.

    An event keeps each judgement that is withdrawn.
    """
    left = Judgement.objects.filter(because=Because.LEFT, case__closed_at=None)
    found = list(left.select_for_update(skip_locked=True, of=("self",)).select_related("case__instance"))
    for judgement in found:
        _record("judgement_withdrawn", judgement, judgement.case)
    if found:
        Judgement.objects.filter(pk__in=[judgement.pk for judgement in found]).delete()


def _record(kind: str, judgement: Judgement, case: RetentionCase) -> None:
    eventlog.record(
        f"case.{kind}", case, actor=None, case_number=case.number, version=procedures.label(case.instance),
        data={"saved": judgement.saved, "because": judgement.because, "detail": judgement.detail,
              "at": judgement.at.isoformat(), "again": judgement.again},
    )  # fmt: skip


def _all(candidates: Candidates) -> int:
    judged, last = 0, 0
    while batch := list(
        candidates(clock.now()).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        last = batch[-1]
        judged += _judge(batch, again=candidates is _again)
    return judged


def _not_yet(again: bool) -> Q:
    return ~Q(Exists(Judgement.objects.filter(case=OuterRef("pk"), again=again)))


def _first_time(now: dt.datetime) -> QuerySet[RetentionCase]:
    """Accepted cases that may be due: those that left, and those that accepted long enough ago."""
    wait = dt.timedelta(days=procedures.current_policy().integer("save.days"))
    due = Q(outcome__in=STAYED, accepted_at__lte=now - wait) | Q(outcome__in=LEFT, accepted_at__isnull=False)
    return RetentionCase.objects.filter(due & _not_yet(again=False))


def _again(now: dt.datetime) -> QuerySet[RetentionCase]:
    """Cases that were saved, long enough ago to be looked at again."""
    policy = procedures.current_policy()
    wait = dt.timedelta(days=policy.integer("save.days_again") - policy.integer("save.days"))
    saved = Judgement.objects.filter(case=OuterRef("pk"), again=False, saved=True, at__lte=now - wait)
    return RetentionCase.objects.filter(Exists(saved) & _not_yet(again=True))


@transaction.atomic
@eventlog.together()
def _judge(keys: Sequence[int], *, again: bool) -> int:
    """Judge those of the cases whose moment has come; cases that another worker holds are left to it."""
    locked = RetentionCase.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys)
    cases = {case.pk: case for case in locked.select_related("instance").order_by("pk")}
    for done in Judgement.objects.filter(case__in=cases, again=again).values_list("case_id", flat=True):
        del cases[done]
    judgements = [found for found in _judgements(list(cases.values()), again=again) if found.at <= clock.now()]
    for judgement in Judgement.objects.bulk_create(judgements):
        _record("judged", judgement, cases[judgement.case_id])
    return len(judgements)


@dataclass
class Known:
    """What the judgement of one case looks at."""

    case: RetentionCase
    verdicts: list[str] = field(default_factory=list)
    decided: list[dt.datetime] = field(default_factory=list)
    """When its controls were decided."""
    visits: list[dt.datetime] = field(default_factory=list)
    """When the visits that were controlled ended."""
    given: list[dt.datetime] = field(default_factory=list)
    """When billing applied its claims, and its courtesy ended."""
    refused: list[tuple[dt.datetime, str]] = field(default_factory=list)
    """When billing refused a claim, and its number."""
    open: bool = False
    """A control, a claim or a courtesy is still to come to its end."""
    products: list[Product] = field(default_factory=list)
    faults: list[tuple[dt.datetime, str]] = field(default_factory=list)
    requests: list[tuple[dt.datetime, str]] = field(default_factory=list)
    """When a termination of a product was requested, and its number."""
    stood_until: dt.datetime | None = None
    """Until when a case that left stood at step 15, promises and controls behind it; None where it never did."""
    before: Judgement | None = None

    @property
    def accepted_at(self) -> dt.datetime:
        """From when on a request to leave counts."""
        assert self.case.accepted_at is not None
        return self.case.accepted_at

    @property
    def since(self) -> dt.datetime:
        """From when on a new fault counts."""
        return self.before.since if self.before else max(self.visits, default=self.accepted_at)

    @property
    def days(self) -> tuple[int, int]:
        policy = procedures.policy_of(self.case.instance.definition_id)
        return policy.integer("save.days"), policy.integer("save.days_again")


def _judgements(cases: Sequence[RetentionCase], *, again: bool) -> Iterator[Judgement]:
    for known in _known(cases, again=again):
        at = _moment(known)
        if at is not None:
            because, detail = _reason(known, at)
            yield Judgement(
                case=known.case, again=again, since=known.since, at=at, saved=because == Because.SAVED,
                because=because, detail=detail[:160],
            )  # fmt: skip


def _moment(known: Known) -> dt.datetime | None:
    """The moment as of which the case is judged; None while something is still to come.

    Who left before that moment is judged on leaving.
    """
    days, days_again = known.days
    if known.before:
        return known.before.at + dt.timedelta(days=days_again - days)
    return known.case.closed_at if _left(known) else _own_moment(known)


def _own_moment(known: Known) -> dt.datetime | None:
    """The last control's verdict, or 30 days after the last thing that was given."""
    if known.open:
        return None
    settled = [*known.given, *(refused_at for refused_at, _number in known.refused)]
    if known.decided:
        return max(known.decided + settled)
    return max([known.accepted_at, *settled]) + dt.timedelta(days=known.days[0])


def _left(known: Known) -> bool:
    """Whether the case ended otherwise before it could be judged: at its moment it did not stand at step 15.

    Controls that were passed until then are not all that it owes.
    """
    if known.case.outcome not in LEFT:
        return False
    own = _own_moment(known)
    return own is None or known.stood_until is None or known.stood_until < own


def _reason(known: Known, at: dt.datetime) -> tuple[str, str]:
    """Saved, or the first thing that speaks against it, with the number that proves it."""
    if not known.before and _left(known):
        return Because.LEFT, ""
    if known.case.reopened or Verdict.FAILED in known.verdicts:
        return Because.CONTROL_FAILED, ""
    if Verdict.NOT_REACHED in known.verdicts:
        return Because.NOT_REACHED, ""
    if known.refused and not known.given and not known.decided:
        return Because.NOT_GIVEN, ", ".join(number for _refused_at, number in known.refused)
    return _reason_of_products(known, at)


def _reason_of_products(known: Known, at: dt.datetime) -> tuple[str, str]:
    if gone := [product.number for product in known.products if _gone(product, at)]:
        return Because.PRODUCT_GONE, ", ".join(gone)
    if leaving := [number for moment, number in known.requests if known.accepted_at < moment <= at]:
        return Because.LEAVING, ", ".join(leaving)
    if faults := [number for moment, number in known.faults if known.since < moment <= at]:
        return Because.NEW_FAULT, ", ".join(faults)
    return Because.SAVED, ""


def _gone(product: Product, at: dt.datetime) -> bool:
    """Whether the product had ended by the day of `at`; without a known day it had."""
    ended = product.status == Product.Status.TERMINATED
    return ended and (product.ended_on is None or product.ended_on <= clock.local(at).date())


def _known(cases: Sequence[RetentionCase], *, again: bool) -> list[Known]:
    """Everything the judgements look at, in a constant number of queries."""
    known = {case.number: Known(case) for case in cases}
    if again:
        firsts = Judgement.objects.filter(case__in=cases, again=False)
        for first in firsts.select_related("case"):
            known[first.case.number].before = first
    _add_standing(known)
    _add_controls(known)
    _add_given(known)
    _add_products(known)
    return list(known.values())


def _add_standing(known: dict[str, Known]) -> None:
    left = {about.case.instance_id: about for about in known.values() if about.case.outcome in LEFT}
    waits = Wait.objects.filter(instance__in=left, element=EVALUATION, ended_at__isnull=False)
    for instance, ended_at in waits.order_by("ended_at").values_list("instance", "ended_at"):
        left[instance].stood_until = ended_at


def _add_controls(known: dict[str, Known]) -> None:
    controls = QualityControl.objects.filter(case_number__in=known).exclude(verdict=Verdict.CANCELLED)
    rows = controls.values_list("case_number", "verdict", "decided_at", "work_order__closed_at")
    for number, verdict, decided_at, closed_at in rows:
        about = known[number]
        about.verdicts.append(verdict)
        about.open |= decided_at is None
        about.decided += [decided_at] if decided_at else []
        about.visits += [closed_at] if closed_at else []


def _add_given(known: dict[str, Known]) -> None:
    claims = BillingClaim.objects.filter(case_number__in=known).exclude(state=BillingClaim.State.CANCELLED)
    courtesies = Courtesy.objects.filter(case_number__in=known).exclude(status=Courtesy.Status.WITHDRAWN)
    applied = []
    for number, decided_at, state, claim in claims.values_list("case_number", "decided_at", "state", "number"):
        if state == BillingClaim.State.REFUSED and decided_at:
            known[number].refused.append((decided_at, claim))
        else:
            applied.append((number, decided_at))
    for number, ended in (*applied, *courtesies.values_list("case_number", "ended_at")):
        known[number].open |= ended is None
        known[number].given += [ended] if ended else []


def _add_products(known: dict[str, Known]) -> None:
    by_case = {about.case.pk: about for about in known.values()}
    of_product: dict[int, list[Known]] = defaultdict(list)
    through = RetentionCase.products.through.objects.filter(retentioncase__in=by_case).select_related("product")
    for link in through:
        by_case[link.retentioncase_id].products.append(link.product)
        of_product[link.product_id].append(by_case[link.retentioncase_id])
    if not of_product:
        return
    earliest = min(about.since for about in known.values())
    faults = TroubleTicket.objects.filter(
        product__in=of_product, type=TroubleTicket.Type.FAULT, opened_at__gt=earliest
    ).exclude(status__in=TroubleTicket.NOT_COUNTABLE)
    for product, opened_at, number in faults.order_by("opened_at").values_list("product_id", "opened_at", "number"):
        for about in of_product[product]:
            about.faults.append((opened_at, number))
    accepted = min(about.accepted_at for about in known.values())
    requests = Termination.objects.filter(product__in=of_product, requested_at__gt=accepted, withdrawn_at=None)
    for termination in requests.only("product_id", "requested_at", "number"):
        assert termination.requested_at is not None
        for about in of_product[termination.product_id]:
            about.requests.append((termination.requested_at, termination.number))
