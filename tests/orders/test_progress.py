"""The 24 hours of a work order: pauses, who goes, how it ends."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.orders import actions, errors, progress, queries
from arraigo.orders.models import WorkOrder
from tests.records import NOON, a_customer, a_product, a_user, a_visit, refused

HOUR = dt.timedelta(hours=1)


def an_order() -> WorkOrder:
    with clock.at(NOON):
        customer = a_customer()
        return a_visit(customer, a_product(customer))


@pytest.mark.django_db
def test_an_evidenced_pause_moves_the_hour() -> None:
    order, supervisor = an_order(), a_user()
    with clock.at(NOON + HOUR):
        with refused(errors.EvidenceMissing):
            actions.pause(order, reason="absent", evidence="", actor=supervisor)
        actions.pause(order, reason="absent", evidence="Foto de la puerta", actor=supervisor)
    order.refresh_from_db()
    assert order.state == "pending"
    assert queries.hours_left(order, NOON + 30 * HOUR) == 23
    assert not queries.late_orders(NOON + 30 * HOUR).exists()
    with clock.at(NOON + 6 * HOUR):
        order = actions.resume(order, actor=supervisor)
    assert (order.state, order.due_at) == ("acknowledged", NOON + 29 * HOUR)
    assert queries.hours_left(order, NOON + 30 * HOUR) == -1
    assert list(queries.late_orders(NOON + 30 * HOUR)) == [order]
    with refused(errors.WrongState):
        actions.resume(order, actor=supervisor)


@pytest.mark.django_db
def test_the_hours_run_on_at_the_time_for_which_the_customer_asked() -> None:
    order, supervisor, wanted = an_order(), a_user(), NOON + 5 * HOUR
    with clock.at(NOON + HOUR):
        actions.pause(order, reason="later", evidence="«Salgo a las seis»", until=wanted, actor=supervisor)
    for hours, resumed in ((4, 0), (7, 1), (8, 0)):  # the worker comes two hours late
        with clock.at(NOON + hours * HOUR):
            assert progress.resume_due(clock.now()) == resumed
    order.refresh_from_db()
    assert (order.state, order.due_at) == ("acknowledged", NOON + 28 * HOUR)


@pytest.mark.django_db
def test_a_started_order_is_held_and_runs_on() -> None:
    order, technician = an_order(), a_user()
    with clock.at(NOON):
        with refused(errors.NoTechnician):
            actions.start(order, actor=technician)
        actions.assign(order, technician=technician, actor=None)
        assert actions.start(order, actor=technician).state == "inProgress"
        actions.pause(order, reason="later", evidence="Llamó", actor=technician)
        order.refresh_from_db()
        assert order.state == "held"
        with refused(errors.WrongState):
            actions.pause(order, reason="later", evidence="Llamó", actor=technician)
        assert actions.resume(order, actor=technician).state == "inProgress"


@pytest.mark.django_db
def test_completing_ends_a_pause() -> None:
    order = an_order()
    with clock.at(NOON):
        actions.pause(order, reason="later", evidence="Llamó", actor=a_user())
    with clock.at(NOON + 5 * HOUR):
        done = actions.complete_order(order, actor=None)
    assert (done.state, queries.open_pause(done)) == ("completed", None)
    assert queries.hours_left(done, NOON + 90 * HOUR) == 24
    with refused(errors.WrongState):
        actions.assign(order, technician=a_user(), actor=None)


@pytest.mark.django_db
def test_two_technicians_exchange_their_orders() -> None:
    first, second, ana, luis = an_order(), an_order(), a_user(), a_user()
    actions.assign(first, technician=ana, actor=None)
    with refused(errors.NoTechnician):
        actions.swap(first, second, actor=None)
    actions.assign(second, technician=luis, actor=None)
    first, second = actions.swap(first, second, actor=None)
    assert (first.technician, second.technician) == (luis, ana)
    assert list(queries.of_technician(ana.pk)) == [second]


class Hours(TestCase):
    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4))
    def test_only_pauses_move_the_hour(self, stretches: list[tuple[int, int]]) -> None:
        order, supervisor, now = an_order(), a_user(), NOON
        for running, paused in stretches:
            now += dt.timedelta(minutes=running)
            with clock.at(now):
                actions.pause(order, reason="absent", evidence="Foto", actor=supervisor)
            now += dt.timedelta(minutes=paused)
            with clock.at(now):
                order = actions.resume(order, actor=supervisor)
        assert order.due_at == NOON + 24 * HOUR + dt.timedelta(minutes=sum(p for _, p in stretches))
