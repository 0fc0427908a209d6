"""Step 13: the claim of the compensation; then the case waits for the monthly evaluation."""

from decimal import Decimal

import pytest

from arraigo.billing.models import Bill, BillingClaim
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Household, Walk


def compensated(home: Household, **answers: str) -> Walk:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **answers)
    return walk


def test_one_claim_of_its_type(home: Household) -> None:
    walk = compensated(home).go("step_13")
    claim, promise = BillingClaim.objects.get(), Promise.objects.get()
    assert (claim.claim_type, claim.kind) == ("Compensación por Retención", "compensation")
    assert claim.amount == Bill.objects.get().credited == Decimal("22.58")
    assert Offer.objects.get().claim == claim
    assert (promise.kind, promise.state, promise.proof) == ("compensation", "kept", claim.number)
    assert walk.commands == ["bill_adjustment.apply"]
    assert walk.told("step_13")["claims"][0]["number"] == claim.number


def test_the_case_then_waits_without_an_item(home: Household) -> None:
    walk = compensated(home).go("step_13")
    assert walk.open == []
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED
    assert walk.case.instance.waits.filter(element="step_15", ended_at=None).exists()


@pytest.mark.parametrize(("amount", "state"), [("300", "applied"), ("300.01", "entered")])
def test_above_the_limit_billing_confirms(home: Household, amount: str, state: str) -> None:
    home.priced(home.internet, "400")
    compensated(home, amount=amount).go("approve_12", "step_13")
    assert BillingClaim.objects.get().state == state
