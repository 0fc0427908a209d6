"""Step 1: what the customer is judged on, and the two lights."""

import datetime as dt
from decimal import Decimal

import pytest

from arraigo.billing.models import Bill
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention.models import BackgroundReview
from tests.cast import Cast, Household, Walk


def issued(home: Household, total: str, months: int, *, due: dt.date | None = None) -> None:
    """The bills of the `months` before March 2026, issued over `total` Bs each."""
    for back in range(1, months + 1):
        month = dt.date(2026 if back < 3 else 2025, (3 - back - 1) % 12 + 1, 1)
        Bill.objects.create(
            customer=home.customer, month=month, total=Decimal(total), state="issued", issued_on=month,
            due_on=due or dt.date(2026, 12, 31),
        )  # fmt: skip


def test_keeps_the_evidence_it_was_judged_on(cast: Cast, home: Household) -> None:
    walk = Walk(home).go("step_01")
    review = BackgroundReview.objects.get(case=walk.case)
    assert (review.withdrawn_for_arrears, review.credit_listed) == (False, False)
    assert (review.category, review.average_billing) == ("standard", Decimal("300.00"))
    assert review.eligible
    assert review.because
    assert review.by == cast[Role.ADVISOR]
    assert walk.facts["average_billing"] == 300
    assert walk.facts["vip"] is False
    told = walk.told("step_01")
    assert (told["outcome"], told["average_billing"], told["opened"]) == ("reviewed", "300.00", ["step_02"])


def test_a_listing_is_one_light_and_looking_at_it_is_logged(cast: Cast, home: Household) -> None:
    home.listing()
    walk = Walk(home).go("step_01")
    review = BackgroundReview.objects.get()
    assert (review.withdrawn_for_arrears, review.credit_listed, review.eligible) == (False, True, False)
    assert walk.open == ["override"]
    looked = Event.objects.get(kind__contains="listing")
    assert (looked.actor, looked.data["reason"]) == (cast[Role.ADVISOR], walk.case.number)


def test_a_product_withdrawn_for_arrears_is_the_other_light(home: Household) -> None:
    Product.objects.filter(pk=home.television.pk).update(status="terminated", reason="arrears")
    walk = Walk(home).go("step_01")
    review = BackgroundReview.objects.get()
    assert (review.withdrawn_for_arrears, review.credit_listed, review.eligible) == (True, False, False)
    assert walk.open == ["override"]


def test_present_debt_is_shown_but_is_no_light(home: Household) -> None:
    issued(home, "300", 1, due=dt.date(2026, 3, 1))
    walk = Walk(home).go("step_01")
    review = BackgroundReview.objects.get()
    assert (review.debt, review.eligible) == (Decimal("300.00"), True)
    assert walk.open == ["step_02"]


@pytest.mark.parametrize(("average", "vip"), [("500.00", True), ("499.99", False)])
def test_vip_by_billing_of_six_months(home: Household, average: str, vip: bool) -> None:
    issued(home, average, 6)
    walk = Walk(home).go("step_01")
    assert walk.facts["vip"] is vip
    assert walk.item("step_02").priority == int(vip)


def test_vip_by_category_moves_the_order_in_the_trays_and_no_rule(cast: Cast) -> None:
    walk = Walk(cast.household("100002", category="vip")).go("step_01")
    assert walk.item("step_02").priority == 1
    assert walk.open == ["step_02"]


def test_a_note_has_an_end(home: Household) -> None:
    walk = Walk(home)
    assert "2000" in walk.errors("step_01", note="x" * 2001)["note"][0]
    assert not BackgroundReview.objects.exists()
