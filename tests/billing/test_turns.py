"""Months that turn, are missed and opened late: each once and in order, with every credit where it belongs."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.billing import actions, errors, months, queries, stranded
from arraigo.billing.models import Bill, BillingClaim, BillingRun
from arraigo.products.actions import terminate_product
from tests.billing.test_balance import assert_balanced
from tests.records import a_customer, a_product, a_user

BEGIN = dt.datetime(2027, 12, 31, 23, 30, tzinfo=clock.LA_PAZ)
"""Half an hour before a year's end; 2028 has a 29 February."""
kinds = st.sampled_from(BillingClaim.Kind.values)
amounts = st.sampled_from([Decimal(each) for each in ("0.01", "50", "150", "150.01", "400")])
which = st.integers(0, 1)
doings = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 28, 29, 31, 62])),
    st.tuples(st.just("open")),
    st.tuples(st.just("issue")),
    st.tuples(st.just("pay"), amounts),
    st.tuples(st.just("claim"), which, kinds, amounts, st.booleans(), st.booleans()),
    st.tuples(st.just("decide"), st.sampled_from(["confirm", "refuse", "cancel"])),
    st.tuples(st.just("end"), which),
)


class Turns(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(doings, min_size=5, max_size=30))
    def test_every_month_is_opened_once_in_order_and_credits_find_theirs(self, what: list[tuple[Any, ...]]) -> None:
        self.customer, self.billing, self.now = a_customer(), a_user(), BEGIN
        self.products = [a_product(self.customer, price) for price in ("150", "80.01")]
        for verb, *values in what:
            with clock.at(self.now):
                getattr(self, verb)(*values)
                stranded.settle()
                assert_balanced(self.customer)
        opened = list(BillingRun.objects.filter(kind="open").order_by("pk").values_list("month", flat=True))
        assert opened == sorted(opened)
        billed = sorted(Bill.objects.values_list("month", flat=True))
        assert billed == sorted(set(opened))
        assert all(later == clock.next_month(month) for month, later in itertools.pairwise(billed))

    def wait(self, days: int) -> None:
        self.now += dt.timedelta(days=days)

    def open(self) -> None:
        month = months.next_to_open()
        if months._counted(month).bills:
            months.open_bills(month, actor=self.billing)
            months.go_on()

    def issue(self) -> None:
        today = clock.today()
        for month in months.to_issue()[:1]:
            if today < month.over_on:
                with pytest.raises(errors.StillRunning):
                    months.issue_bills(month.month, issued_on=today, due_on=today, actor=self.billing)
                continue
            months.issue_bills(month.month, issued_on=today, due_on=today, actor=self.billing)
            months.go_on()

    def pay(self, amount: Decimal) -> None:
        if bill := Bill.objects.filter(state="issued").order_by("month").first():
            actions.pay(bill, amount=min(amount, queries.balance(bill)), paid_at=clock.now())

    def claim(self, product: int, kind: str, amount: Decimal, later: bool, waits: bool) -> None:
        owned, month = self.products[product], clock.month_of(clock.now())
        month = clock.next_month(month) if later else month
        owned.refresh_from_db()
        charge = queries.charge(owned, month)
        if not owned.is_alive or queries.live_claim(owned, month) or not charge:
            return
        amount = min(amount, charge) if kind == BillingClaim.Kind.BILL_WAIVER else amount
        actions.enter_claim(
            kind, claim_type="", product=owned, month=month, amount=amount, needs_confirmation=waits, actor=None
        )

    def decide(self, verdict: str) -> None:
        claim = queries.waiting_claims().first()
        if claim and verdict == "refuse":
            actions.refuse_claim(claim, reason="No", actor=self.billing)
        elif claim:
            {"confirm": actions.confirm_claim, "cancel": actions.cancel_claim}[verdict](claim, actor=self.billing)

    def end(self, product: int) -> None:
        owned = self.products[product]
        owned.refresh_from_db()
        if owned.is_alive:
            terminate_product(owned, "request", clock.today(), None)
