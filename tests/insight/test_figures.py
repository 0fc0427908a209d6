"""The month's figures: opened, accepted, lost, saved, promised, spent."""

import datetime as dt
from decimal import Decimal

import pytest

from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.insight import queries
from arraigo.insight.figures import MonthFigures
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention import actions, sweeps
from tests.cast import Cast, Household, Walk, moment
from tests.insight import ways

MARCH = dt.date(2026, 3, 1)
APRIL = dt.date(2026, 4, 1)


def march(days: float = 0) -> MonthFigures:
    """March's figures as they show `days` after 10 March."""
    with moment(days=days):
        sweeps.end_courtesies()
        return queries.month_figures(MARCH)


def test_one_case_of_each_kind(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    ways.courteous(cast.household("2"))
    ways.lost(cast.household("3"))
    Walk(cast.household("4"), reason="price").go("step_01")
    figures = march()
    assert (figures.opened, figures.accepted, figures.lost, figures.waiting) == (4, 2, 1, 2)
    assert figures.by_reason == [
        {"reason": "price", "opened": 2, "accepted": 0, "lost": 1},
        {"reason": "compensation", "opened": 1, "accepted": 1, "lost": 0},
        {"reason": "no_use", "opened": 1, "accepted": 1, "lost": 0},
    ]
    assert (figures.compensated, figures.waived, figures.courtesies) == (
        Decimal("22.58"), Decimal("0.00"), Decimal("60.00")
    )  # fmt: skip


def test_a_month_begins_and_ends_in_cochabamba(cast: Cast) -> None:
    with moment(days=-10, hours=13.999):  # 28 February, 23:59:56
        Walk(cast.household("1"))
    with moment(days=-10, hours=14):  # 1 March, 00:00
        Walk(cast.household("2"))
    assert march().opened == 1
    assert queries.month_figures(dt.date(2026, 2, 1)).opened == 1
    assert queries.month_figures(APRIL).opened == 0


def test_what_was_not_approved_was_not_accepted(cast: Cast, home: Household) -> None:
    home.priced(home.internet, "200")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03")
    walk("approve_03", approved="no")
    assert march().accepted == 0


@pytest.mark.parametrize(("days", "saved"), [(29.99, 0), (30, 1)])
def test_saved_after_thirty_days(home: Household, days: float, saved: int) -> None:
    ways.compensated(home)
    assert march(days).saved == saved


def test_a_claim_counts_from_its_adjustment(home: Household, cast: Cast) -> None:
    home.priced(home.internet, "400")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", amount="350")
    walk.go("approve_12", "step_13")
    assert march(31).saved == 0
    with moment(days=31):
        billing.confirm_claim(BillingClaim.objects.get(), actor=cast[Role.BILLING])
    assert march(60).saved == 0
    assert march(61).saved == 1


@pytest.mark.parametrize(("days", "saved"), [(30, 0), (59.9, 0), (60, 1)])
def test_a_courtesy_counts_from_its_end(home: Household, days: float, saved: int) -> None:
    ways.courteous(home)
    with moment(days=30):
        sweeps.end_courtesies()
    assert march(days).saved == saved


@pytest.mark.parametrize(("fault", "saved"), [(29.9, 0), (31, 1)])
def test_a_new_fault_within_thirty_days_is_no_save(home: Household, fault: float, saved: int) -> None:
    ways.compensated(home)
    with moment(days=fault):
        home.fault(days_ago=0)
    assert march(40).saved == saved


def test_a_product_that_is_gone_is_no_save(home: Household) -> None:
    ways.compensated(home)
    Product.objects.filter(pk=home.internet.pk).update(status="terminated", reason="request")
    assert march(31).saved == 0


def test_passed_controls_are_a_save(home: Household) -> None:
    ways.controlled(home)
    assert march(31).saved == 1


def test_a_visit_whose_controls_are_to_come_is_not_judged_yet(home: Household) -> None:
    ways.repaired(home)
    assert march(31).accepted == 1
    assert march(31).saved == 0


def test_a_failed_control_is_never_a_save(home: Household) -> None:
    walk = ways.repaired(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", answer="Sigue")
        walk.go(*ways.FIELD)
    with moment(days=4):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=32):
        sweeps.wake_due_cases()
        walk("step_10")
    assert walk.case.outcome == "accepted"
    assert march(70).saved == 0


def test_insisting_after_all_is_lost_and_no_save(home: Household, cast: Cast) -> None:
    walk = ways.compensated(home)
    with moment(days=5):
        actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
        walk("termination")
    figures = march(40)
    assert (figures.accepted, figures.lost, figures.saved) == (1, 1, 0)


def test_promises_kept_and_broken(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(days=2):
        walk.go("step_07", "step_08")
    figures = march(2)
    assert (figures.promises_kept, figures.promises_broken) == (1, 1)
    assert figures.waived == Decimal("140.00")
