"""Steps 4 and 13 with billing's confirmation: the promise waits for it, the field work does not."""

from decimal import Decimal
from typing import Any

import pytest

from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillingClaim
from arraigo.people.models import Role
from arraigo.retention import claims
from arraigo.retention.models import Promise
from tests.cast import Cast, Household, Walk


@pytest.fixture
def walk(home: Household, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A case after step 4, whose claim waits for billing."""
    monkeypatch.setattr(claims, "needs_confirmation", lambda offer, policy: True)
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03", "step_04")


def waiver() -> Promise:
    return Promise.objects.get(kind=Promise.Kind.BILL_WAIVER)


def test_the_promise_is_kept_when_billing_confirms(walk: Walk, cast: Cast) -> None:
    claim = BillingClaim.objects.get()
    assert (claim.state, waiver().state, waiver().proof) == ("entered", "open", claim.number)
    assert walk.open == ["step_05"]
    billing.confirm_claim(claim, actor=cast[Role.BILLING])
    assert (waiver().state, waiver().proof) == ("kept", claim.number)
    assert Bill.objects.get().credited == Decimal("140.00")


def test_it_is_broken_and_the_owner_is_told_when_billing_refuses(walk: Walk, cast: Cast) -> None:
    claim: Any = BillingClaim.objects.get()
    billing.refuse_claim(claim, reason="Sin respaldo", actor=cast[Role.BILLING])
    assert waiver().state == "broken"
    assert walk.case.owner.notices.get().kind == "claim.refused"
    assert Bill.objects.get().credited == 0
