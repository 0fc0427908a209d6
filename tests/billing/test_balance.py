"""Whatever happens to a customer's bills, the totals balance."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.billing import actions, queries
from arraigo.billing.models import Adjustment, Bill, Credit
from arraigo.customers.models import Customer
from tests.records import NOON, a_customer, a_product, a_user

MONTHS = [dt.date(2026, n, 1) for n in range(1, 6)]
amounts = st.decimals("0.01", "400", places=2)
months = st.sampled_from(MONTHS)
doings = st.one_of(
    st.tuples(st.just("open"), months, amounts, amounts),
    st.tuples(st.just("issue"), months),
    st.tuples(st.just("pay"), months, amounts),
    st.tuples(st.just("claim"), months, st.sampled_from(["bill_waiver", "compensation"]), amounts, st.booleans()),
    st.tuples(st.just("decide"), st.sampled_from(["confirm", "refuse", "cancel"])),
)


class Totals(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(doings, min_size=3, max_size=25))
    def test_totals_always_balance(self, what: list[tuple[Any, ...]]) -> None:
        self.customer, self.billing = a_customer(), a_user()
        self.products = [a_product(self.customer, "150"), a_product(self.customer, "80")]
        with clock.at(NOON):
            for verb, *values in what:
                getattr(self, verb)(*values)
                assert_balanced(self.customer)

    def bill(self, month: dt.date, *states: str) -> Bill | None:
        return Bill.objects.filter(customer=self.customer, month=month, state__in=states).first()

    def open(self, month: dt.date, internet: Decimal, television: Decimal) -> None:
        if not Bill.objects.filter(customer=self.customer, month=month).exists():
            lines = zip(self.products, ["Internet", "TV"], [internet, television], strict=True)
            actions.open_month(self.customer, month, list(lines))

    def issue(self, month: dt.date) -> None:
        if bill := self.bill(month, "unbilled"):
            actions.issue_bill(bill, issued_on=month, due_on=month)

    def pay(self, month: dt.date, amount: Decimal) -> None:
        if bill := self.bill(month, "issued"):
            actions.pay(bill, amount=min(amount, queries.balance(bill)), paid_at=NOON)

    def claim(self, month: dt.date, kind: str, amount: Decimal, waits: bool) -> None:
        product = self.products[0]
        if queries.live_claim(product, month) or not queries.charge(product, month):
            return
        if kind == "bill_waiver":
            amount = min(amount, queries.charge(product, month))
        actions.enter_claim(
            kind,
            claim_type="",
            product=product,
            month=month,
            amount=amount,
            needs_confirmation=waits,
            actor=None,
        )

    def decide(self, verdict: str) -> None:
        claim = queries.waiting_claims().filter(customer=self.customer).first()
        if claim and verdict == "refuse":
            actions.refuse_claim(claim, reason="No", actor=self.billing)
        elif claim:
            {"confirm": actions.confirm_claim, "cancel": actions.cancel_claim}[verdict](claim, actor=self.billing)


def assert_balanced(customer: Customer) -> None:
    """Bills are the sum of their parts; nothing is negative, above a bill, lost or made up."""
    for bill in Bill.objects.filter(customer=customer):
        assert bill.total == of(bill.lines)
        assert bill.credited == of(bill.credits)
        assert bill.paid == of(bill.payments)
        assert min(bill.credited, bill.paid, queries.balance(bill)) >= 0
        assert bill.state != "paid" or queries.balance(bill) == 0
        assert bill.state != "issued" or queries.balance(bill) > 0
    for adjustment in Adjustment.objects.filter(claim__customer=customer).select_related("claim"):
        assert of(adjustment.credits) == adjustment.amount == adjustment.claim.amount
        assert adjustment.claim.state == "applied"
    for waiting in Credit.objects.filter(customer=customer, bill=None).select_related("adjustment__claim"):
        later = Bill.objects.filter(customer=customer, state="unbilled", month__gte=waiting.adjustment.claim.month)
        assert all(queries.balance(bill) == 0 for bill in later)


def of(parts: Any) -> Decimal:
    return parts.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
