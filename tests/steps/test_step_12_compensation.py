"""Step 12: pro rata by default, within the category's cap, never on top of another credit."""

from decimal import Decimal

import pytest

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.people.models import Role
from arraigo.retention.models import Offer
from tests.cast import Cast, Household, Walk


def to_step_12(home: Household) -> Walk:
    return Walk(home, reason="compensation").go("step_01", "step_02", "step_11")


def test_pro_rata_of_the_days_affected(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", days="5")
    offer = Offer.objects.get()
    assert (offer.element, offer.kind, offer.days) == ("step_12", "compensation", 5)
    assert offer.amount == Decimal("22.58")  # 140 × 5 / 31
    assert walk.facts["offered_compensation"] is True
    assert walk.facts["product_month"] == 140
    assert walk.told("step_12")["offers"][0]["amount"] == "22.58"
    assert walk.open == ["step_13"]


def test_an_amount_of_its_own_within_the_cap(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", amount="140")
    assert Offer.objects.get().amount == 140


def test_the_cap_of_an_ordinary_customer_is_one_month(home: Household) -> None:
    walk = to_step_12(home)
    errors = walk.errors("step_12", amount="140.01")
    assert errors == {"amount": [f"At most Bs 140.00 may be compensated on {home.internet}."]}
    assert not Offer.objects.exists()


def test_a_vip_may_get_two_months_on_the_asesors_own_authority(cast: Cast) -> None:
    home = cast.household("100002", category="vip")
    home.priced(home.internet, "60")
    walk = to_step_12(home)
    assert list(walk.errors("step_12", amount="120.01")) == ["amount"]
    walk("step_12", amount="120")
    assert walk.open == ["step_13"]


def test_a_month_is_compensated_once(home: Household, cast: Cast) -> None:
    claim = billing.enter_claim(
        "bill_waiver", claim_type="Otro", product=home.internet, month=clock.month_of(clock.now()),
        amount=Decimal("10"), actor=cast[Role.BILLING],
    )  # fmt: skip
    walk = to_step_12(home)
    said = f"This month of {home.internet} is credited already ({claim.number})."
    assert walk.errors("step_12") == {"product": [said]}
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]


def test_what_costs_nothing_has_nothing_to_compensate_but_may_be_refused(home: Household) -> None:
    home.priced(home.internet, "0")
    walk = to_step_12(home)
    said = f"{home.internet} costs nothing this month: there is nothing to credit."
    assert walk.errors("step_12") == {"product": [said]}
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]


@pytest.mark.parametrize("days", ["0", "32", "", "x"])
def test_days_of_a_month(home: Household, days: str) -> None:
    errors = to_step_12(home).errors("step_12", days=days)
    assert list(errors) == ["days"]
    assert errors["days"][0]


def test_only_the_cases_own_products(home: Household) -> None:
    assert list(to_step_12(home).errors("step_12", product=str(home.television.pk))) == ["product"]


def test_a_refusal_allows_the_other_kind_once(home: Household) -> None:
    walk = to_step_12(home)
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]
    assert walk.facts["refusals"] == 1
