"""From accepted offers to billing claims (steps 4 and 13)."""

import datetime as dt
from typing import Any

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.retention import answers, promises
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.registry import StepResult, StepRun


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {
        "offers": answers.accepted_offers(case.pk),
        "claim_types": policy.value("claim"),
        "confirmation": policy.text("billing.confirmation"),
        "confirmation_above": policy.money("billing.confirmation_above"),
    }


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
        values={"product": str(offer.product), "month": month, "amount": offer.amount},
        role=Role.BILLING,
        due_at=_by_the_bill_after(month),
        **{"kept_by" if claim.state == BillingClaim.State.APPLIED else "awaits": claim.number},
    )
    return claim


def _by_the_bill_after(month: dt.date) -> dt.datetime:
    """When the credit of `month` must stand on a bill: the next one's end, or that of a late claim."""
    counted = max(month, clock.month_of(clock.now()))
    return clock.start_of_day(clock.next_month(clock.next_month(counted)))
