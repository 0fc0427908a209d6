"""What holds for any amount, day and window (money, month ends, repeated faults, call times)."""

import calendar
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.errors import AboveCharge, ClaimExists
from arraigo.billing.models import Bill, BillingClaim, Credit
from arraigo.money import pro_rata
from arraigo.procedure.queries import current_policy
from arraigo.retention import amounts, controls, faults
from arraigo.workdays import queries as workdays
from tests.cast import NOW, Cast, Household

some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
many = settings(max_examples=100, deadline=None)

MONTHS = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31)).map(lambda day: day.replace(day=1))
MOMENTS = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
AMOUNTS = st.decimals("0.01", "300", places=2)
HOURS = 720


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes is taken back, so that every example starts from the same records."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(MONTHS)
@many
def test_months_end_where_the_next_begins(month: dt.date) -> None:
    following = clock.next_month(month)
    assert clock.previous_month(following) == month
    assert clock.month_of(clock.start_of_day(month)) == month
    last = clock.start_of_day(following) - dt.timedelta(microseconds=1)
    assert clock.month_of(last) == month
    assert clock.local(last).day == calendar.monthrange(month.year, month.month)[1]


@given(MONTHS, AMOUNTS, st.data())
@many
def test_days_are_worth_between_nothing_and_the_month(month: dt.date, price: Decimal, data: st.DataObject) -> None:
    length = calendar.monthrange(month.year, month.month)[1]
    days = data.draw(st.integers(0, length))
    part, rest = pro_rata(price, days, length), pro_rata(price, length - days, length)
    assert 0 <= part <= price
    assert abs(part + rest - price) <= Decimal("0.01")
    assert pro_rata(price, length, length) == price


@given(
    gap=st.one_of(st.sampled_from([HOURS, HOURS + 0.001]), st.floats(6, 2 * HOURS)),
    ago=st.one_of(st.sampled_from([HOURS, HOURS + 0.001]), st.floats(6, 2 * HOURS)),
)
@some
def test_a_fault_is_repeated_within_720_hours_edge_included(home: Household, gap: float, ago: float) -> None:
    with undone():
        home.fault(days_ago=(ago + gap) / 24)
        home.fault(days_ago=ago / 24)
        (verdict,) = faults.verdicts([home.internet], current_policy())
    seconds = dt.timedelta(seconds=1)
    near = dt.timedelta(hours=gap) <= dt.timedelta(hours=HOURS) + seconds / 1000
    recent = dt.timedelta(hours=ago) <= dt.timedelta(hours=HOURS) + seconds / 1000
    assert verdict.repeat_fault is (near and recent)


@given(
    faults_at=st.lists(st.tuples(st.floats(0, 60), st.floats(0, 40)), max_size=4),
    credit=st.none() | st.tuples(st.sampled_from(["bill_waiver", "compensation"]), st.integers(1, 40)),
    price=st.decimals("0", "300", places=2),
)
@some
def test_a_day_affected_is_compensated_once_and_never_above_the_bill(
    home: Household, faults_at: list[tuple[float, float]], credit: tuple[str, int] | None, price: Decimal
) -> None:
    """Also across the month's end: a credit makes good the days until it was entered, a waiver its whole month."""
    month, until = clock.month_of(NOW), None
    with undone():
        for ago, lasted in faults_at:
            ticket = home.fault(days_ago=ago)
            ticket.resolved_at = min(NOW, ticket.opened_at + dt.timedelta(days=lasted))
            ticket.save()
        if credit:
            kind, ago = credit
            with clock.at(NOW - dt.timedelta(days=ago)):
                until = clock.today()
                claim = billing.enter_claim(
                    kind, claim_type="—", product=home.internet, month=clock.month_of(clock.now()),
                    amount=Decimal(20), actor=None,
                )  # fmt: skip
            if kind == "bill_waiver":
                until = clock.next_month(claim.month) - dt.timedelta(days=1)
        found = amounts.by_days_of([home.internet], month, prices={home.internet.pk: price}, policy=current_policy())
        (verdict,) = faults.verdicts([home.internet], current_policy())
    days = found[home.internet.pk]
    assert list(days.days) == sorted(set(days.days))
    assert all(day <= clock.local(NOW).date() and (until is None or day > until) for day in days.days)
    for ticket in verdict.history.tickets:
        opened = clock.local(ticket.opened_at).date()
        assert (opened in days.days) is (until is None or opened > until)
    assert days.counted == min(len(days.days), 31)
    assert days.amount == pro_rata(price, days.counted, 31) <= price


@given(amount=AMOUNTS, kind=st.sampled_from(["bill_waiver", "compensation"]), state=st.sampled_from(Bill.State.values))
@some
def test_no_bill_is_credited_above_its_total(home: Household, amount: Decimal, kind: str, state: str) -> None:
    month = clock.month_of(NOW)
    with undone():
        bill = Bill.objects.get(customer=home.customer)
        Bill.objects.filter(pk=bill.pk).update(
            state=state, issued_on=month, due_on=month, paid=bill.total if state == "paid" else 0
        )
        try:
            claim = billing.enter_claim(
                kind, claim_type="—", product=home.internet, month=month, amount=amount, actor=None
            )
        except AboveCharge:
            assert kind == "bill_waiver"
            assert amount > home.internet.price
            return
        bill.refresh_from_db()
        credits = list(Credit.objects.filter(adjustment__claim=claim).values_list("amount", flat=True))
        assert sum(credits) == amount
        assert all(credit > 0 for credit in credits)
        assert 0 <= bill.credited <= bill.total
        assert bill.total - bill.credited - bill.paid >= 0


CLAIMS = st.tuples(
    st.sampled_from(["bill_waiver", "compensation"]),
    st.booleans(),
    st.sampled_from([dt.date(2026, 3, 1), dt.date(2026, 4, 1)]),
    st.booleans(),
    st.sampled_from(["", "refused", "cancelled"]),
)


@given(st.lists(CLAIMS, min_size=2, max_size=6))
@some
def test_one_live_claim_per_product_and_month(
    cast: Cast, home: Household, wanted: list[tuple[str, bool, dt.date, bool, str]]
) -> None:
    live: set[tuple[int, dt.date]] = set()
    with undone():
        for kind, first, month, confirmed, then in wanted:
            product = home.internet if first else home.television
            try:
                with transaction.atomic():
                    claim = billing.enter_claim(
                        kind, claim_type="—", product=product, month=month, amount=Decimal(20),
                        needs_confirmation=confirmed, actor=None,
                    )  # fmt: skip
            except ClaimExists:
                assert (product.pk, month) in live
                continue
            assert (product.pk, month) not in live
            live.add((product.pk, month))
            if confirmed and then:
                live.discard((product.pk, month))
                if then == "refused":
                    billing.refuse_claim(claim, reason="No", actor=cast["billing"])
                else:
                    billing.cancel_claim(claim, actor=None)
        found = BillingClaim.objects.filter(state__in=["entered", "applied"]).values_list("product", "month")
        assert sorted(found) == sorted(live)


@given(MOMENTS)
@some
def test_a_call_is_due_in_a_window_of_a_business_day(cast: Cast, moment: dt.datetime) -> None:
    due = controls.call_time(moment, current_policy())
    local = clock.local(due)
    assert due > moment
    assert local.time() == dt.time(19, 0)
    assert workdays.next_business_day(local.date()) == local.date()
    assert due - moment < dt.timedelta(days=8)
