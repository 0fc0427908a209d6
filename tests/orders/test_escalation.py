"""The 24 hours run out in front of those who must know: each part once, pauses left out."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.messages.models import Notice
from arraigo.orders import actions
from arraigo.orders.escalation import escalate_due
from arraigo.orders.models import Escalation, WorkOrder
from arraigo.people.models import Role, User
from tests.cast import NOW, Cast, Household, Walk

pytestmark = pytest.mark.django_db


def after(hours: float) -> int:
    moment = NOW + dt.timedelta(hours=hours)
    with clock.at(moment):
        return escalate_due(moment)


@pytest.fixture
def order(cast: Cast, home: Household) -> WorkOrder:
    head = User.objects.create_user("jefa", first_name="Jefa", last_name="Centro")
    cast.center.head = head
    cast.center.save()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    Notice.objects.all().delete()
    return WorkOrder.objects.get(case_number=walk.case.number)


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("id").values_list("user__username", "kind"))


def test_half_three_quarters_and_the_end(order: WorkOrder, cast: Cast) -> None:
    technician, supervisor = cast[Role.TECHNICIAN].username, cast[Role.OPERATIONS_SUPERVISOR].username
    assert after(11.9) == 0
    assert (after(12), after(12)) == (1, 0)
    assert told() == [(technician, "work_order.due")]
    assert after(18.1) == 1
    assert told()[1:] == [(technician, "work_order.due"), (supervisor, "work_order.due")]
    assert after(24) == 1
    assert told()[3:] == [(name, "work_order.late") for name in (technician, supervisor, "jefa")]
    assert after(100) == 0
    assert list(order.escalations.order_by("percent").values_list("percent", flat=True)) == [50, 75, 100]


def test_a_paused_clock_stands(order: WorkOrder, cast: Cast) -> None:
    supervisor = cast[Role.OPERATIONS_SUPERVISOR]
    with clock.at(NOW + dt.timedelta(hours=11)):
        actions.pause(order, reason="later", evidence="Llamó", actor=supervisor)
    assert after(40) == 0
    with clock.at(NOW + dt.timedelta(hours=41)):
        actions.resume(order, actor=supervisor)
    assert after(41.9) == 0
    assert after(42) == 1
    assert Escalation.objects.get().percent == 50


def test_after_a_long_silence_everybody_is_told_once(order: WorkOrder) -> None:
    assert after(30) == 1
    assert [kind for _user, kind in told()] == ["work_order.late"] * 3
    assert order.escalations.count() == 3


def test_an_order_that_nobody_has_concerns_the_supervisors(order: WorkOrder, cast: Cast) -> None:
    WorkOrder.objects.update(technician=None)
    after(12)
    assert told() == [(cast[Role.OPERATIONS_SUPERVISOR].username, "work_order.due")]


def test_a_closed_order_is_left_alone(order: WorkOrder) -> None:
    with clock.at(NOW + dt.timedelta(hours=2)):
        actions.fail_order(order, cause="plant", actor=None)
    assert after(30) == 0


def test_many_orders_cost_as_many_statements_as_one(order: WorkOrder, django_assert_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as none:
        after(1)
    assert len(none) <= 3
