"""From accepted offers to billing claims (steps 4 and 13)."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing import credits
from arraigo.billing.models import Adjustment, Bill, BillingClaim
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.retention import answers, promises
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepForm, StepResult, StepRun

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    offers = answers.accepted_offers(case.pk)
    return {
        "offers": offers,
        "forms": _forms(case, [offer.month for offer in offers if offer.month]),
        "claim_types": policy.value("claim"),
        "confirmation": policy.text("billing.confirmation"),
        "confirmation_above": policy.money("billing.confirmation_above"),
    }


def _forms(case: RetentionCase, months: list[dt.date]) -> "dict[dt.date, StrOrPromise]":
    """How the credit of each month reaches the customer: on the bill, as a credit note, on the next bill."""
    bills = {bill.month: bill for bill in Bill.objects.filter(customer_id=case.customer_id, month__in=months)}
    return {month: Adjustment.Form(credits.form_of(bills.get(month), month, clock.today())).label for month in months}


class ClaimForm(StepForm):
    """Nothing is asked: what was accepted becomes a claim."""

    def read_back(self) -> ReadBack:
        offers = answers.accepted_offers(self.case.pk)
        return ReadBack(tuple(promises.sentence(each.kind, _promised(each)) for each in offers))


def needs_confirmation(offer: Offer, policy: Policy) -> bool:
    """Whether billing confirms the claim before it is applied: `none`, `above` a limit in Bs, `always`."""
    rule = policy.text("billing.confirmation")
    return rule == "always" or (rule == "above" and offer.amount > policy.money("billing.confirmation_above"))


def enter(run: StepRun) -> StepResult:
    """Enter one billing claim per accepted offer, each with its promise to the customer."""
    claims = [_enter_one(run, offer) for offer in answers.accepted_offers(run.case.pk)]
    return StepResult(
        "entered",
        {},
        {"claims": [{"number": c.number, "type": c.claim_type, "amount": str(c.amount)} for c in claims]},
    )


def _enter_one(run: StepRun, offer: Offer) -> BillingClaim:
    month = offer.month or clock.month_of(clock.now())
    claim = billing.enter_claim(
        kind=offer.kind,
        claim_type=run.policy.text(f"claim.{offer.kind}"),
        product=offer.product,
        month=month,
        amount=offer.amount,
        case_number=run.case.number,
        needs_confirmation=needs_confirmation(offer, run.policy),
        actor=run.actor,
    )
    offer.claim = claim
    offer.save(update_fields=["claim"])
    promises.promise(
        run.case,
        Promise.Kind(offer.kind),
        values=_promised(offer),
        role=Role.BILLING,
        due_at=_by_the_bill_after(month),
        **{"kept_by" if claim.state == BillingClaim.State.APPLIED else "awaits": claim.number},
    )
    return claim


def _promised(offer: Offer) -> dict[str, Any]:
    """What the sentence of the promise is filled with."""
    month = offer.month or clock.month_of(clock.now())
    return {"product": str(offer.product), "month": month, "amount": offer.amount}


def _by_the_bill_after(month: dt.date) -> dt.datetime:
    """When the credit of `month` must stand on a bill: the next one's end, or that of a late claim."""
    counted = max(month, clock.month_of(clock.now()))
    return clock.start_of_day(clock.next_month(clock.next_month(counted)))
