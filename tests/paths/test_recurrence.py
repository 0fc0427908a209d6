"""A fault that comes back in a month that is credited already: the next month is offered, none twice."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillingClaim, Credit
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention import actions, sweeps
from arraigo.retention.models import Promise
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
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
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió a cortarse")
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


def test_who_leaves_before_the_month_that_was_promised_is_owed_it_no_longer(walk: Walk) -> None:
    credited(walk, APRIL)
    walk("step_03_recurrence")
    walk.go("step_04", "step_05")
    claim = BillingClaim.objects.get(month=MAY)
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    walk("termination")
    promise = Promise.objects.get(proof=claim.number)
    sweeps.run_all()
    promise.refresh_from_db()
    assert promise.state == "open", "the product has not left yet"
    terminations.execute_termination(Termination.objects.get(), actor=walk.cast[Role.BILLING])
    sweeps.run_all()
    for row in (claim, promise):
        row.refresh_from_db()
    assert (claim.state, promise.state) == ("cancelled", "cancelled")


def test_a_credit_that_stands_on_no_bill_in_time_is_a_broken_promise(walk: Walk) -> None:
    credited(walk, APRIL)
    walk("step_03_recurrence")
    walk("step_04")
    promise = Promise.objects.get(proof=BillingClaim.objects.get(month=MAY).number)
    with moment(days=31 + 60):
        sweeps.run_all()
        promise.refresh_from_db()
        assert promise.state == "open"
    with moment(days=31 + 90):
        sweeps.run_all()
    promise.refresh_from_db()
    assert (promise.state, promise.late_told_at is not None) == ("broken", True)
