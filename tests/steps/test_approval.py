"""Amounts above the authority: who decides, and what the decision leaves behind."""

from decimal import Decimal

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.messages.models import Notice
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention.models import Offer
from tests.cast import Cast, Household, Walk, credit
from tests.web.conftest import signed_in


def priced(home: Household, price: str) -> Walk:
    """A case after step 3 accepted a waiver of `price` Bs."""
    home.priced(home.internet, price)
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03")


@pytest.mark.parametrize(
    ("price", "element", "role"),
    [
        ("150.00", "step_04", Role.ADVISOR),
        ("150.01", "approve_03", Role.TEAM_LEAD),
        ("600.00", "approve_03", Role.TEAM_LEAD),
        ("600.01", "approve_03_management", Role.COMMERCIAL_MANAGEMENT),
    ],
)
def test_who_decides(home: Household, price: str, element: str, role: Role) -> None:
    walk = priced(home, price)
    assert walk.open == [element]
    assert walk.item(element).role == role


def test_an_approval_is_recorded_with_its_reason_and_told(home: Household, cast: Cast) -> None:
    walk = priced(home, "200")
    assert walk.case.accepted_at is None
    waiting = Notice.objects.get(kind="approval.waiting")
    assert (waiting.user, waiting.case_number) == (cast[Role.TEAM_LEAD], walk.case.number)
    assert waiting.data["who"] == str(cast[Role.ADVISOR])
    walk("approve_03", reason="Es socia antigua")
    offer = Offer.objects.get()
    assert (offer.approval, offer.approval_reason) == ("approved", "Es socia antigua")
    assert (offer.approved_by, offer.approved_at) == (cast[Role.TEAM_LEAD], clock.now())
    assert walk.told("approve_03")["outcome"] == "approved"
    assert walk.case.accepted_at == clock.now()
    assert Notice.objects.get(user=cast[Role.ADVISOR]).kind == "offer.approved"
    assert walk.open == ["step_04"]


def test_the_advisor_reads_at_the_step_why_it_was_not_approved(home: Household, cast: Cast) -> None:
    """The customer is on the line: the page goes on by itself, and says what was decided."""
    walk = priced(home, "200")
    walk("approve_03", approved="no", reason="Ofrezca los días")
    client, page = signed_in(cast[Role.ADVISOR]), reverse("case", args=[walk.case.number])
    shown = client.get(page).content.decode()
    assert f"{cast[Role.TEAM_LEAD]} no aprueba lo que se ofreció: «Ofrezca los días»" in shown
    assert "No aprobada" in shown
    assert "no aprobado" in client.get(reverse("case_record", args=[walk.case.number])).content.decode()
    walk("step_03", answer="refused")
    assert "no aprueba lo que se ofreció" not in client.get(page).content.decode()


def test_what_was_not_approved_is_never_claimed_nor_noted(home: Household) -> None:
    walk = priced(home, "200")
    walk("approve_03", approved="no", reason="Demasiado")
    assert walk.open == ["step_03"]
    assert walk.case.accepted_at is None
    pk = home.internet.pk
    walk("step_03", **{f"kind_{pk}": "compensation", f"amount_{pk}": "100"})
    walk.go("step_04", "step_05")
    assert BillingClaim.objects.get().amount == Decimal("100.00")
    assert "NO COBRO" not in WorkOrder.objects.get().note


def test_management_approves_too(home: Household) -> None:
    assert priced(home, "700").go("approve_03_management").open == ["step_04"]


@pytest.mark.parametrize(("approved", "element"), [("yes", "step_13"), ("no", "step_12")])
def test_compensations_of_step_12_as_well(home: Household, approved: str, element: str) -> None:
    walk = Walk(home, products=[home.television], reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.television, days="5", amount="155"))
    assert walk.open == ["approve_12"]
    assert walk("approve_12", approved=approved).opened[0].element == element


@pytest.mark.parametrize(
    ("field", "missing"), [("approved", "Choose one of them."), ("reason", "This field is required.")]
)
def test_a_decision_has_a_reason(home: Household, field: str, missing: str) -> None:
    walk = priced(home, "200")
    assert walk.errors("approve_03", **{field: ""}) == {field: [missing]}
    assert Offer.objects.get().approved_by is None
