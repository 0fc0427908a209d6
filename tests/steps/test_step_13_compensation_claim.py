"""Step 13: the claim of the compensation; then the case waits for the monthly evaluation."""

from decimal import Decimal

import pytest

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillingClaim
from arraigo.retention import promises
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Cast, Household, Walk, credit


def compensated(home: Household, **answers: str) -> Walk:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, **answers))
    return walk


def test_one_claim_of_its_type(home: Household) -> None:
    walk = compensated(home).go("step_13")
    claim, promise = BillingClaim.objects.get(), Promise.objects.get()
    assert (claim.claim_type, claim.kind) == ("Compensación por Retención", "compensation")
    assert claim.amount == Bill.objects.get().credited == Decimal("22.58")
    assert Offer.objects.get().claim == claim
    assert (promise.kind, promise.state, promise.proof) == ("compensation", "kept", claim.number)
    assert promises.until(promise.due_at) == "30/04/2026", "what is due at midnight is due with the day that ends"
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


def test_a_vips_compensation_beyond_the_months_bill_waits_for_the_next_ones(cast: Cast) -> None:
    """Decision 27: two months of the product, on a bill that holds less than that."""
    home = cast.household("100002", category="vip")
    home.priced(home.internet, "140")
    home.priced(home.television, "30")
    compensated(home, amount="280").go("approve_12", "step_13")
    claim, month = BillingClaim.objects.get(), clock.month_of(clock.now())
    present = Bill.objects.get(month=month)
    assert (claim.amount, claim.state) == (Decimal("280"), "applied")
    assert (present.total, present.credited) == (Decimal("170"), Decimal("170"))
    assert Promise.objects.get().state == "open", "the rest waits for the next bill"
    lines = [(home.internet, "Internet", Decimal("100"))]
    following = billing.open_month(home.customer, clock.next_month(month), lines)
    assert (following.total, following.credited) == (Decimal("100"), Decimal("100"))
    last = billing.open_month(home.customer, clock.next_month(following.month), lines)
    assert (last.total, last.credited) == (Decimal("100"), Decimal("10"))
    assert Promise.objects.get().state == "kept"


def test_above_every_limit_commercial_management_approves_a_vips_compensation(cast: Cast) -> None:
    home = cast.household("100002", category="vip")
    home.priced(home.internet, "400")
    walk = compensated(home, amount="700")
    assert walk.open == ["approve_12_management"]
    walk.go("approve_12_management", "step_13")
    assert BillingClaim.objects.get().amount == Decimal("700")
