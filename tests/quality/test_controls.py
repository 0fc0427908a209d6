"""Steps 9 and 10: a control is planned, tried and judged."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arraigo import clock
from arraigo.orders import actions as orders
from arraigo.orders.models import WorkOrder
from arraigo.quality import actions, errors, queries
from arraigo.quality.models import QualityControl
from arraigo.workdays.models import Holiday
from tests.records import NOON, a_customer, a_product, a_user, a_visit, refused

WINDOWS = [["09:00", "12:30"], ["14:30", "19:00"]]
RULE: dict[str, Any] = {"attempts_needed": 3, "windows": WINDOWS, "windows_needed": 2}
DUE = NOON + dt.timedelta(days=2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> WorkOrder:
    customer = a_customer()
    return a_visit(customer, a_product(customer))


@pytest.fixture
def control(order: WorkOrder) -> QualityControl:
    return actions.schedule_control("post_visit", case_number=order.case_number, work_order=order, due_at=DUE)


def judge(control: QualityControl, verdict: str, **fields: Any) -> QualityControl:
    given = {"facts": {"new_faults": []}, "answer": "Todo bien", "satisfaction": 5, "actor": a_user(), **RULE}
    return actions.decide(control, verdict=verdict, **{**given, **fields})


def call(control: QualityControl, hour: int, minute: int = 0, *, day: int = 12, reached: bool = False) -> None:
    with clock.at(dt.datetime(2026, 3, day, hour, minute, tzinfo=clock.LA_PAZ)):
        actions.record_attempt(control, reached=reached, actor=a_user())


def test_a_pass_keeps_what_was_looked_up_and_said(control: QualityControl) -> None:
    assert list(queries.pending("post_visit")) == [control]
    done = judge(control, "passed")
    assert (done.verdict, done.facts, done.satisfaction) == ("passed", {"new_faults": []}, 5)
    assert not queries.pending().exists()
    for again in (lambda: judge(control, "failed"), lambda: call(control, 10)):
        with refused(errors.ControlDecided):
            again()


def test_not_reached_needs_three_calls_in_different_windows(control: QualityControl) -> None:
    """The 12th is a Thursday; the 16th, Monday, a holiday."""
    Holiday.objects.create(day=dt.date(2026, 3, 16), name="Feriado")
    for day, hour in ((12, 9), (12, 11), (12, 13), (12, 15), (14, 10), (15, 10), (16, 10)):
        call(control, hour, day=day)
        with clock.at(dt.datetime(2026, 3, day, hour, tzinfo=clock.LA_PAZ)), refused(errors.NotTriedEnough) as said:
            judge(control, "not_reached", satisfaction=None)
    assert "hasta ahora cuentan 2. La próxima llamada cuenta el 17/03/2026 de 09:00 a 12:30." in str(said.value)
    call(control, 9, day=17)
    assert judge(control, "not_reached", satisfaction=None).verdict == "not_reached"


def test_a_call_that_reached_the_customer_does_not_count(control: QualityControl) -> None:
    call(control, 9)
    call(control, 15)
    call(control, 9, day=13, reached=True)
    with refused(errors.NotTriedEnough):
        judge(control, "not_reached")


@pytest.mark.parametrize("verdict", ["pending", "cancelled", "perhaps"])
def test_other_verdicts_are_none(control: QualityControl, verdict: str) -> None:
    with refused(errors.VerdictNotAllowed):
        judge(control, verdict)


def test_a_new_visit_replaces_the_control_of_the_former(control: QualityControl, order: WorkOrder) -> None:
    orders.complete_order(order, actor=None)
    second = a_visit(order.customer, order.products.get())
    newer = actions.schedule_control("post_visit", case_number=order.case_number, work_order=second, due_at=DUE)
    control.refresh_from_db()
    assert control.verdict == "cancelled"
    assert newer.verdict == "pending"


def test_the_same_order_s_control_is_moved(control: QualityControl, order: WorkOrder) -> None:
    later = DUE + dt.timedelta(days=1)
    moved = actions.schedule_control("post_visit", case_number=order.case_number, work_order=order, due_at=later)
    assert (moved.pk, moved.due_at) == (control.pk, later)


def test_controls_end_with_their_case(control: QualityControl) -> None:
    assert actions.cancel_pending("RET-2026-999999") == 0
    assert actions.cancel_pending(control.case_number) == 1
    assert not queries.pending().exists()


def half_hours_into_march(count: int) -> dt.datetime:
    return dt.datetime(2026, 3, 1, tzinfo=clock.LA_PAZ) + dt.timedelta(minutes=30 * count)


HOLIDAYS = {dt.date(2026, 3, 10), dt.date(2026, 3, 11)}


def is_business_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


@given(st.lists(st.integers(0, 14 * 48).map(half_hours_into_march), max_size=12))
def test_the_rule_of_not_reached(moments: list[dt.datetime]) -> None:
    """Three different windows of business days, mornings and afternoons among them."""
    tried = queries.Tried(queries.ContactRule.of(3, 2, WINDOWS))
    for moment in sorted(moments):
        tried = tried.then(moment, business_day=is_business_day(moment.date()))
    open_days = [moment for moment in moments if is_business_day(moment.date())]
    mornings = {m.date() for m in open_days if dt.time(9) <= m.time() <= dt.time(12, 30)}
    afternoons = {m.date() for m in open_days if dt.time(14, 30) <= m.time() <= dt.time(19)}
    assert tried.enough == (len(mornings) + len(afternoons) >= 3 and bool(mornings) and bool(afternoons))
    counted = [moment for moment, why in tried.verdicts if why is None]
    assert (len(tried.verdicts), len(counted)) == (len(moments), tried.calls)
    assert all(is_business_day(moment.date()) for moment in counted)
