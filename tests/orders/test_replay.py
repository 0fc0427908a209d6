"""Every clock can be told again from its events, across midnight, month end and holidays."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.orders import actions, replay
from arraigo.orders.models import WorkOrder
from tests.records import NOON, a_customer, a_product, a_user, a_visit

pytestmark = pytest.mark.django_db

MONTH_END = dt.datetime(2026, 4, 30, 23, 50, tzinfo=clock.LA_PAZ)
"""Ten minutes before midnight, the end of the month and Labour Day."""
GAPS = st.lists(st.timedeltas(min_value=dt.timedelta(), max_value=dt.timedelta(hours=40)), max_size=12)
STARTS = st.sampled_from([NOON, MONTH_END, dt.datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=clock.LA_PAZ)])
ENDS = st.sampled_from(["start", "complete", "fail", "cancel", "leave"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(began=STARTS, gaps=GAPS, end=ENDS)
def test_the_replay_equals_the_stored_due_time(began: dt.datetime, gaps: list[dt.timedelta], end: str) -> None:
    with transaction.atomic():
        order = lived(began, gaps, end)
        assert retold(order) == order.due_at
        pauses = [pause for pause in order.pauses.all() if pause.ended_at]
        stood = sum((pause.ended_at - pause.began_at for pause in pauses if pause.ended_at), dt.timedelta())
        assert order.due_at == order.created_at + dt.timedelta(hours=order.hours) + stood
        transaction.set_rollback(True)


def lived(began: dt.datetime, gaps: list[dt.timedelta], end: str) -> WorkOrder:
    """An order that was paused and resumed after each gap in turn, and ended so."""
    user, customer, moment = a_user(), a_customer(), began
    with clock.at(moment):
        order = a_visit(customer, a_product(customer))
        actions.assign(order, technician=user, actor=user)
    for number, gap in enumerate(gaps):
        moment += gap
        with clock.at(moment):
            if number % 2:
                actions.resume(order, actor=user)
            else:
                actions.pause(order, reason="later", evidence="Lo pidió", actor=user)
    with clock.at(moment + dt.timedelta(minutes=7)):
        _end(order, end, paused=len(gaps) % 2 == 1)
    order.refresh_from_db()
    return order


def retold(order: WorkOrder) -> dt.datetime:
    """When it falls due, by its events alone."""
    return replay.due_at(Event.objects.filter(subject_type="workorder", subject_id=order.pk).order_by("id"))


def _end(order: WorkOrder, end: str, *, paused: bool) -> None:
    user = a_user()
    if end == "start":
        actions.start(order, actor=user)
    elif end == "complete":
        actions.complete_order(order, actor=user)
    elif end == "fail":
        actions.fail_order(order, cause="plant", actor=user)
    elif end == "cancel":
        actions.cancel_open(order.case_number, actor=user)


def test_without_its_beginning_a_clock_cannot_be_told() -> None:
    with pytest.raises(ValueError, match="begins"):
        replay.due_at([])


def test_a_tampered_due_time_is_noticed() -> None:
    with clock.at(NOON):
        customer = a_customer()
        order = a_visit(customer, a_product(customer))
    WorkOrder.objects.filter(pk=order.pk).update(due_at=NOON + dt.timedelta(hours=30))
    order.refresh_from_db()
    assert retold(order) != order.due_at
