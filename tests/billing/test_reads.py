"""Average billing, debt and charges."""

import datetime as dt
from decimal import Decimal

import pytest

from arraigo.billing import actions, errors, queries
from tests.records import NOON, a_customer, a_product, refused

pytestmark = pytest.mark.django_db


def month(number: int) -> dt.date:
    return dt.date(2026, number, 1)


def test_average_of_issued_bills_before_credits() -> None:
    product = a_product(a_customer())
    for number, amount in enumerate(["90", "110", "130"], start=1):
        bill = actions.open_month(product.customer, month(number), [(product, "Internet", Decimal(amount))])
        if number < 3:
            actions.issue_bill(bill, issued_on=month(number), due_on=month(number))
    assert queries.average_billing(product.customer, 6, NOON) == Decimal("100.00")
    assert queries.average_billing(product.customer, 1, NOON) == Decimal("110.00")
    actions.open_month(product.customer, dt.date(2025, 12, 1), [(product, "Internet", Decimal(500))])
    assert queries.average_billing(product.customer, 2, NOON) == Decimal("100.00"), "two months are open"


def test_average_without_issued_bills_is_the_open_month() -> None:
    product = a_product(a_customer())
    assert queries.average_billing(product.customer, 6, NOON) == 0
    actions.open_month(product.customer, month(3), [(product, "Internet", Decimal("70.35"))])
    assert queries.average_billing(product.customer, 6, NOON) == Decimal("70.35")


def test_debt_begins_the_day_after_the_due_date() -> None:
    product, other = a_product(a_customer()), a_customer()
    bill = actions.open_month(product.customer, month(2), [(product, "Internet", Decimal(100))])
    actions.issue_bill(bill, issued_on=month(2), due_on=dt.date(2026, 3, 10))
    actions.pay(bill, amount=Decimal("30.50"), paid_at=NOON)
    evening = dt.datetime(2026, 3, 11, 3, 59, tzinfo=dt.UTC)
    assert queries.debt(product.customer, evening) == 0
    midnight = evening + dt.timedelta(minutes=1)
    assert queries.debt(product.customer, midnight) == Decimal("69.50")
    assert queries.debts([product.customer, other], midnight) == {product.customer_id: Decimal("69.50")}


def test_charge_is_the_line_else_the_price() -> None:
    customer = a_customer()
    product, television = a_product(customer, "150"), a_product(customer, "80")
    assert queries.charge(product, month(3)) == Decimal(150)
    actions.open_month(customer, month(3), [(product, "Internet", Decimal(120))])
    assert queries.charge(product, month(3)) == Decimal(120)
    assert queries.charge(television, month(3)) == 0


def test_a_bill_that_was_brought_with_its_total_alone_leaves_the_products_their_prices() -> None:
    """It names no product: it says nothing of what each costs, not that they cost nothing."""
    product = a_product(a_customer(), "150")
    actions.open_month(product.customer, month(3), [(None, "Total", Decimal(230))])
    assert queries.charge(product, month(3)) == Decimal(150)
    assert queries.charges_by_month([(product, month(3))]) == {(product.pk, month(3)): Decimal(150)}


def test_payments_fit_the_bill() -> None:
    product = a_product(a_customer())
    bill = actions.open_month(product.customer, month(3), [(product, "Internet", Decimal(100))])
    with refused(errors.BillNotPayable):
        actions.pay(bill, amount=Decimal(1), paid_at=NOON)
    actions.issue_bill(bill, issued_on=month(3), due_on=month(3))
    with refused(errors.AboveBalance):
        actions.pay(bill, amount=Decimal("100.01"), paid_at=NOON)
    with refused(errors.BillIssued):
        actions.issue_bill(bill, issued_on=month(3), due_on=month(3))
    with refused(errors.BillExists):
        actions.open_month(product.customer, month(3), [])
