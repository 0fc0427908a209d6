"""Claims of steps 4 and 13: where the credit goes, and what is refused."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from arraigo.billing import actions, errors, queries
from arraigo.billing.models import Adjustment, Bill, BillingClaim, Credit
from arraigo.bss.models import Command
from arraigo.customers.models import Customer
from arraigo.eventlog.models import Event
from arraigo.messages.queries import unread
from arraigo.products.models import Product
from tests.records import NOON, a_user, refused

MARCH, FEBRUARY, APRIL = dt.date(2026, 3, 1), dt.date(2026, 2, 1), dt.date(2026, 4, 1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def a_bill(product: Product, month: dt.date, amount: str = "150", state: str = "unbilled") -> Bill:
    bill = actions.open_month(product.customer, month, [(product, "Internet", Decimal(amount))])
    if state != "unbilled":
        bill = actions.issue_bill(bill, issued_on=month, due_on=month.replace(day=20))
    if state == "paid":
        actions.pay(bill, amount=bill.total, paid_at=NOON)
    bill.refresh_from_db()
    return bill


def a_claim(product: Product, month: dt.date = MARCH, amount: str = "150", **fields: Any) -> BillingClaim:
    given: dict[str, Any] = {"kind": "bill_waiver", "claim_type": "Retiro por Retención", "actor": None}
    return actions.enter_claim(**{**given, "product": product, "month": month, "amount": Decimal(amount), **fields})


def waiting(customer: Customer) -> Decimal:
    """Credits that wait for a bill to be opened."""
    return sum(Credit.objects.filter(customer=customer, bill=None).values_list("amount", flat=True), Decimal(0))


def test_an_unbilled_month_is_adjusted_on_the_bill(internet: Product) -> None:
    bill = a_bill(internet, MARCH)
    claim = a_claim(internet, case_number="RET-2026-000007")
    bill.refresh_from_db()
    assert (claim.adjustment.form, bill.credited, bill.state) == (
        Adjustment.Form.ON_BILL,
        Decimal(150),
        "unbilled",
    )
    command = Command.objects.get(kind="bill_adjustment.apply")
    assert (command.status, command.subject) == ("delivered", "RET-2026-000007")
    assert command.payload["amount"] == "150.00"
    assert Event.objects.filter(kind="billing_claim.applied", subject_id=claim.pk).count() == 1


def test_an_issued_bill_gets_a_credit_note_and_is_settled(internet: Product) -> None:
    bill = a_bill(internet, MARCH, state="issued")
    claim = a_claim(internet)
    bill.refresh_from_db()
    assert (claim.adjustment.form, bill.credited, bill.state) == (
        Adjustment.Form.CREDIT_NOTE,
        Decimal(150),
        "paid",
    )


def test_a_paid_month_is_credited_on_the_next_bill(internet: Product) -> None:
    paid, following = a_bill(internet, FEBRUARY, state="paid"), a_bill(internet, MARCH)
    claim = a_claim(internet, FEBRUARY)
    paid.refresh_from_db()
    following.refresh_from_db()
    assert claim.adjustment.form == Adjustment.Form.NEXT_BILL
    assert (paid.credited, following.credited) == (Decimal(0), Decimal(150))


def test_what_no_bill_takes_waits_for_the_next_one(internet: Product) -> None:
    a_bill(internet, FEBRUARY, state="paid")
    a_claim(internet, FEBRUARY)
    assert waiting(internet.customer) == Decimal(150)
    assert a_bill(internet, MARCH, "100").credited == Decimal(100)
    assert waiting(internet.customer) == Decimal(50)
    assert a_bill(internet, APRIL, "100").credited == Decimal(50)
    assert waiting(internet.customer) == Decimal(0)


def test_a_partly_paid_bill_takes_only_what_is_owed(internet: Product) -> None:
    bill = a_bill(internet, MARCH, state="issued")
    actions.pay(bill, amount=Decimal(100), paid_at=NOON)
    a_claim(internet)
    bill.refresh_from_db()
    assert (bill.credited, bill.state) == (Decimal(50), "paid")
    assert waiting(internet.customer) == Decimal(100)


def test_a_month_is_waived_or_compensated_once(internet: Product) -> None:
    first = a_claim(internet)
    with refused(errors.ClaimExists) as caught:
        a_claim(internet, kind="compensation", amount="10")
    assert first.number in str(caught.value)


@pytest.mark.parametrize("amount", ["0", "-1", "0.004"])
def test_an_amount_is_more_than_nothing(internet: Product, amount: str) -> None:
    with refused(errors.AmountNotPositive):
        a_claim(internet, amount=amount)


def test_a_waiver_is_at_most_the_charge(internet: Product) -> None:
    a_bill(internet, MARCH, "120")
    with refused(errors.AboveCharge):
        a_claim(internet, amount="120.01")
    assert a_claim(internet, amount="120").amount == Decimal(120)


def test_billing_confirms(internet: Product) -> None:
    bill, author, billing = a_bill(internet, MARCH), a_user(), a_user()
    claim = a_claim(internet, needs_confirmation=True, actor=author)
    bill.refresh_from_db()
    assert (claim.state, bill.credited) == ("entered", Decimal(0))
    assert list(queries.waiting_claims()) == [claim]
    claim = actions.confirm_claim(claim, actor=billing)
    bill.refresh_from_db()
    assert (claim.state, claim.decided_by, bill.credited) == ("applied", billing, Decimal(150))
    with refused(errors.ClaimDecided):
        actions.confirm_claim(claim, actor=billing)


def test_billing_refuses_and_the_author_is_told(internet: Product) -> None:
    author = a_user()
    claim = a_claim(internet, needs_confirmation=True, actor=author, case_number="RET-2026-000009")
    with refused(errors.ReasonMissing):
        actions.refuse_claim(claim, reason=" ", actor=a_user())
    actions.refuse_claim(claim, reason="Sin respaldo.", actor=a_user())
    notice = unread(author).get()
    assert (notice.kind, notice.case_number) == ("claim.refused", "RET-2026-000009")
    assert "Sin respaldo" in notice.sentence
    assert not Command.objects.exists()
    assert a_claim(internet).state == "applied"


def test_a_waiting_claim_can_be_taken_back_an_applied_one_cannot(internet: Product) -> None:
    waiting = a_claim(internet, needs_confirmation=True)
    assert actions.cancel_claim(waiting, actor=None).state == "cancelled"
    applied = a_claim(internet)
    with refused(errors.ClaimDecided):
        actions.cancel_claim(applied, actor=None)


def test_statements_of_a_claim(internet: Product, django_assert_max_num_queries: Any) -> None:
    a_bill(internet, MARCH)
    with django_assert_max_num_queries(12):
        a_claim(internet)
