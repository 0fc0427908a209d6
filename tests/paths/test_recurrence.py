"""A fault that comes back in a month that is credited already: the next month is offered, none twice."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillingClaim, Credit
from arraigo.orders.models import WorkOrder
from arraigo.retention import sweeps
from arraigo.retention.models import Promise
from tests.cast import Cast, Walk, moment

APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)


@pytest.fixture
def walk(db: None) -> Iterator[Walk]:
    with moment():
        home = Cast().household()
        home.repeated_faults()
        walk = Walk(home).go(*(f"step_0{n}" for n in range(1, 9)))
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=31):
        sweeps.wake_due_cases()
        home.bill(APRIL)
        walk("step_10", verdict="failed", answer="Volvió a cortarse")
        yield walk


def credited(walk: Walk, month: dt.date) -> None:
    billing.enter_claim(
        "compensation", claim_type="Otra", product=walk.home.internet, month=month, amount=Decimal(20), actor=None
    )


def test_the_present_month_is_offered_where_it_is_free(walk: Walk) -> None:
    walk("step_03_recurrence")
    assert walk.case.offers.latest("id").month == APRIL


def test_the_next_month_is_offered_where_the_present_one_is_credited(walk: Walk) -> None:
    credited(walk, APRIL)
    walk("step_03_recurrence")
    walk.go("step_04", "step_05")
    claim = BillingClaim.objects.get(month=MAY)
    assert (claim.product, claim.amount, claim.state) == (walk.home.internet, Decimal("140.00"), "applied")
    assert "MES DE MAYO" in WorkOrder.objects.latest("id").note
    credit, promise = Credit.objects.get(adjustment__claim=claim), Promise.objects.get(proof=claim.number)
    assert (credit.bill, promise.state) == (None, "open"), "April's bill has room, but May was promised"
    with moment(days=31):
        billing.open_month(walk.home.customer, MAY, [(walk.home.internet, "Internet", Decimal(140))])
    credit.refresh_from_db()
    promise.refresh_from_db()
    assert (credit.bill, promise.state) == (Bill.objects.get(month=MAY), "kept")
