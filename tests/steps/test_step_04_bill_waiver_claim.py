"""Step 4: the billing claim, the adjustment and the promise of what was accepted in step 3."""

from decimal import Decimal

import pytest
from django.urls import reverse

from arraigo.billing import actions as billing
from arraigo.billing.errors import ClaimExists
from arraigo.billing.models import Bill, BillingClaim
from arraigo.engine.errors import AlreadyCompleted
from arraigo.people.models import Role
from arraigo.retention import actions
from arraigo.retention.models import Offer, Promise
from tests.cast import NOW, Cast, Household, Walk, moment
from tests.web.conftest import signed_in

RETIRO = "Retiro por Retención con Servicio de Ingeniería"


def accepted(home: Household, **answers: str) -> Walk:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    walk("step_03", **answers)
    return walk


def test_the_claim_is_applied_promised_and_sent(home: Household) -> None:
    walk = accepted(home).go("step_04")
    claim, promise = BillingClaim.objects.get(), Promise.objects.get()
    assert (claim.claim_type, claim.kind, claim.amount) == (RETIRO, "bill_waiver", Decimal("140.00"))
    assert (claim.state, claim.case_number) == ("applied", walk.case.number)
    assert Offer.objects.get().claim == claim
    assert (promise.kind, promise.state, promise.proof) == ("bill_waiver", "kept", claim.number)
    assert "140,00" in promise.text
    assert walk.commands == ["bill_adjustment.apply"]
    assert walk.told("step_04")["claims"] == [{"number": claim.number, "type": RETIRO, "amount": "140.00"}]
    assert walk.open == ["step_05"]


@pytest.mark.parametrize(("state", "next_bill"), [("issued", False), ("paid", True)])
def test_of_a_paid_month_the_customer_is_told_that_the_next_bill_carries_it(
    home: Household, state: str, next_bill: bool
) -> None:
    bill = Bill.objects.get()
    billing.issue_bill(bill, issued_on=NOW.date(), due_on=NOW.date())
    if state == "paid":
        billing.pay(bill, amount=bill.total, paid_at=NOW)
    walk = accepted(home)
    page = signed_in(home.cast[Role.ADVISOR]).get(reverse("step", args=[walk.case.number, walk.item("step_04").pk]))
    walk.go("step_04")
    promise = Promise.objects.get()
    assert promise.text.endswith(": Bs 140,00. Se descuenta en la próxima factura.") is next_bill
    assert ("Se descuenta en la próxima factura." in page.content.decode()) is next_bill


def test_a_compensation_takes_its_own_claim_type(home: Household) -> None:
    pk = home.internet.pk
    accepted(home, **{f"kind_{pk}": "compensation", f"amount_{pk}": "30"}).go("step_04")
    claim = BillingClaim.objects.get()
    assert (claim.claim_type, claim.kind, claim.amount) == (
        "Compensación por Retención",
        "compensation",
        Decimal(30),
    )
    assert Bill.objects.get().credited == 30


@pytest.mark.parametrize(("price", "state"), [("300.00", "applied"), ("300.01", "entered")])
def test_above_the_limit_billing_confirms(home: Household, price: str, state: str) -> None:
    home.priced(home.internet, price)
    walk = accepted(home).go("approve_03", "step_04")
    assert BillingClaim.objects.get().state == state
    assert (Promise.objects.get().state == "kept") is (state == "applied")
    assert walk.open == ["step_05"]


@pytest.mark.parametrize(("rule", "price", "state"), [("none", "700.00", "applied"), ("always", "10.00", "entered")])
def test_the_policy_lets_billing_confirm_nothing_or_everything(
    cast: Cast, home: Household, rule: str, price: str, state: str
) -> None:
    cast.publish(billing__confirmation=f'"{rule}"')
    home.priced(home.internet, price)
    walk = accepted(home)
    walk.go(*[element for element in walk.open if element.startswith("approve")], "step_04")
    claim = BillingClaim.objects.get()
    assert (claim.state, claim.needs_confirmation) == (state, state == "entered")
    assert walk.commands == (["bill_adjustment.apply"] if state == "applied" else [])
    assert Promise.objects.get().state == ("kept" if state == "applied" else "open")
    assert walk.open == ["step_05"], "the 24 hours never wait for billing"


def test_a_month_credited_in_between_refuses_the_claim(home: Household, cast: Cast) -> None:
    walk = accepted(home)
    offer = Offer.objects.get()
    billing.enter_claim(
        "compensation", claim_type="Otro", product=home.internet, month=offer.month or NOW.date(),
        amount=Decimal("1"), actor=cast[Role.BILLING],
    )  # fmt: skip
    with pytest.raises(ClaimExists):
        walk("step_04")
    assert walk.open == ["step_04"]
    assert BillingClaim.objects.count() == 1


def test_two_people_and_one_item(home: Household, cast: Cast) -> None:
    walk = accepted(home)
    item = walk.item("step_04")
    walk("step_04")
    with moment(hours=1), pytest.raises(AlreadyCompleted) as refused:
        actions.complete_step(item.pk, actor=cast[Role.TEAM_LEAD], data={})
    assert refused.value.who == str(cast[Role.ADVISOR])
    assert refused.value.when == NOW
    assert str(cast[Role.ADVISOR]) in str(refused.value)
    assert BillingClaim.objects.count() == 1
