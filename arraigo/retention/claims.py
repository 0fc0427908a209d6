"""From accepted offers to billing claims (steps 4 and 13)."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing import credits
from arraigo.billing import queries as billed
from arraigo.billing.models import Adjustment, Bill, BillingClaim
from arraigo.engine import actions as engine
from arraigo.engine.models import WorkItem
from arraigo.eventlog import actions as eventlog
from arraigo.money import ZERO, bs
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.retention import answers, promises
from arraigo.retention.errors import CannotCorrect, CannotUndo
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepForm, StepResult, StepRun


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    offers = answers.accepted_offers(case.pk)
    return {
        "offers": offers,
        "forms": {month: form.label for month, form in _forms(case, [each.month for each in offers]).items()},
        "claim_types": policy.value("claim"),
        "confirmation": policy.text("billing.confirmation"),
        "confirmation_above": policy.money("billing.confirmation_above"),
    }


def _forms(case: RetentionCase, months: Iterable[dt.date | None]) -> dict[dt.date, Adjustment.Form]:
    """How the credit of each month reaches the customer: on the bill, as a credit note, on the next bill."""
    wanted = {month for month in months if month}
    bills = {bill.month: bill for bill in Bill.objects.filter(customer_id=case.customer_id, month__in=wanted)}
    return {month: Adjustment.Form(credits.form_of(bills.get(month), month, clock.today())) for month in wanted}


class ClaimForm(StepForm):
    """Nothing is asked: what was accepted becomes a claim."""

    def read_back(self) -> ReadBack:
        offers = answers.accepted_offers(self.case.pk)
        forms = _forms(self.case, [each.month for each in offers])
        said = (promises.sentence(each.kind, _promised(each, each.amount, forms.get(_month(each)))) for each in offers)
        return ReadBack(tuple(said))


def needs_confirmation(offer: Offer, policy: Policy) -> bool:
    """Whether billing confirms the claim before it is applied: `none`, `above` a limit in Bs, `always`."""
    rule = policy.text("billing.confirmation")
    return rule == "always" or (rule == "above" and offer.amount > policy.money("billing.confirmation_above"))


def enter(run: StepRun) -> StepResult:
    """Enter one billing claim per accepted offer, each with its promise: kept once the credit stands on a bill."""
    claims = [
        _enter_one(
            run.case, offer, run.policy, amount=offer.amount,
            needs_confirmation=needs_confirmation(offer, run.policy), actor=run.actor,
        )
        for offer in answers.accepted_offers(run.case.pk)
    ]  # fmt: skip
    return StepResult(
        "entered",
        {},
        {"claims": [{"number": c.number, "type": c.claim_type, "amount": str(c.amount)} for c in claims]},
    )


CORRECTED = (RetentionCase.Outcome.RUNNING, RetentionCase.Outcome.ACCEPTED, RetentionCase.Outcome.EVALUATED)
"""Outcomes of the cases whose customer stays, so that a credit is still owed."""


def waiting(case: RetentionCase) -> list[BillingClaim]:
    """The claims of what the customer accepted that billing has not decided: each can be taken back by itself."""
    mine = BillingClaim.objects.filter(
        state=BillingClaim.State.ENTERED, offer__case=case, offer__answer=Offer.Answer.ACCEPTED
    )
    return list(mine.select_related("product__offering").order_by("pk"))


@transaction.atomic
@eventlog.together()
def take_back(case_id: int, number: str, *, reason: str, actor: User) -> None:
    """Take back a claim that billing has not decided, with its promise, whatever followed it in the case.

    It stays with its offer, so that it can be entered corrected. Raises CannotUndo, ClaimDecided.
    """
    engine.lock(RetentionCase.objects.only("instance_id").get(pk=case_id).instance_id)
    claim = BillingClaim.objects.filter(number=number, offer__case=case_id).first()
    if claim is None:
        raise CannotUndo(str(_("no offer of this case led to it")))
    if not reason.strip():
        raise CannotUndo(str(_("write why it is taken back")))
    billing.cancel_claim(claim.pk, actor=actor, reason=reason.strip())
    promises.take_back(case_id, proof=number)


def correctable(case: RetentionCase, number: str) -> Offer | None:
    """The accepted offer whose claim was refused or taken back; None where it cannot be entered again."""
    leaving = WorkItem.objects.filter(
        instance=case.instance_id, element="termination", status=WorkItem.Status.OPEN
    ).exists()
    if leaving or case.outcome not in CORRECTED:
        return None
    accepted = case.offers.filter(claim__number=number, answer=Offer.Answer.ACCEPTED)
    offer = accepted.select_related("claim__product", "product__offering").first()
    return offer if offer and offer.claim and offer.claim.may_be_corrected else None


@transaction.atomic
@eventlog.together()
def correct(case_id: int, number: str, *, amount: Decimal, actor: User) -> BillingClaim:
    """Enter the claim that was refused or taken back once more; billing decides it. `amount`: at most what was
    accepted, in Bs.

    Raises CannotCorrect, and what `enter_claim` raises.
    """
    # All of the customer's cases: a later one may enter a claim of the same month at this moment.
    theirs = RetentionCase.objects.filter(customer__cases=case_id).order_by("instance_id")
    for instance_id in theirs.values_list("instance_id", flat=True):
        engine.lock(instance_id)
    case = RetentionCase.objects.select_related("instance", "customer").get(pk=case_id)
    offer = correctable(case, number)
    if offer is None or not ZERO < amount <= offer.amount:
        raise CannotCorrect(number)
    policy = procedures.policy_of(case.instance.definition_id)
    return _enter_one(case, offer, policy, amount=bs(amount), needs_confirmation=True, actor=actor)


def _enter_one(
    case: RetentionCase, offer: Offer, policy: Policy, *, amount: Decimal, needs_confirmation: bool, actor: User
) -> BillingClaim:
    month = _month(offer)
    claim = billing.enter_claim(
        kind=offer.kind,
        claim_type=policy.text(f"claim.{offer.kind}"),
        product=offer.product,
        month=month,
        amount=amount,
        case_number=case.number,
        needs_confirmation=needs_confirmation,
        actor=actor,
    )
    offer.claim = claim
    offer.save(update_fields=["claim"])
    applied = claim.state == BillingClaim.State.APPLIED
    form = claim.adjustment.form if applied else _forms(case, [month])[month]
    stands = applied and billed.is_placed(claim)
    promises.promise(
        case,
        Promise.Kind(offer.kind),
        values=_promised(offer, amount, form),
        role=Role.BILLING,
        due_at=_by_the_bill_after(month),
        **{"kept_by" if stands else "awaits": claim.number},
    )
    return claim


def _month(offer: Offer) -> dt.date:
    return offer.month or clock.month_of(clock.now())


def _promised(offer: Offer, amount: Decimal, form: str | None) -> dict[str, Any]:
    """What the sentence of the promise is filled with; `form`: how the credit reaches the customer."""
    told = {"product": str(offer.product), "month": _month(offer), "amount": amount}
    return told | {"partly": amount < offer.amount, "next_bill": form == Adjustment.Form.NEXT_BILL}


def _by_the_bill_after(month: dt.date) -> dt.datetime:
    """When the credit of `month` must stand on a bill: the next one's end, or that of a late claim."""
    counted = max(month, clock.month_of(clock.now()))
    return clock.start_of_day(clock.next_month(clock.next_month(counted)))
