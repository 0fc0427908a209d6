"""On the way, arrived, nobody at home: what the technician tells from the road."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.fieldwork import actions, errors
from arraigo.fieldwork.models import Trip
from arraigo.fieldwork.signals import customer_absent
from arraigo.orders import progress, queries
from arraigo.orders.errors import NoTechnician, WrongState
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import User
from tests.fieldwork.records import a_photo, an_order
from tests.records import NOON, a_user, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def technician() -> User:
    return a_user("tito")


@pytest.fixture
def order(technician: User) -> WorkOrder:
    return progress.assign(an_order(), technician=technician, actor=None)


def later(hours: float):
    return clock.at(NOON + dt.timedelta(hours=hours))


def test_on_the_way_then_arrived_are_kept_with_their_times(order: WorkOrder, technician: User) -> None:
    with later(1):
        actions.set_out(order, technician)
    with later(1.5):
        visit = actions.begin_visit(order, technician)
    trip = Trip.objects.get()
    assert (trip.left_at, trip.arrived_at) == (NOON + dt.timedelta(hours=1), NOON + dt.timedelta(hours=1.5))
    assert visit.arrived_at == trip.arrived_at
    kinds = Event.objects.filter(case_number=order.case_number).values_list("kind", flat=True)
    assert {"trip.begun", "visit.begun", "work_order.started"} <= set(kinds)


def test_a_phone_that_repeats_itself_changes_nothing(order: WorkOrder, technician: User) -> None:
    first = actions.set_out(order, technician)
    with later(1):
        assert actions.set_out(order, technician).left_at == first.left_at
        actions.begin_visit(order, technician)
        actions.begin_visit(order, technician)
        actions.set_out(order, technician)
    assert Trip.objects.count() == 1
    assert Event.objects.filter(kind="visit.begun").count() == 1


def test_nobody_at_home_stops_the_24_hours_with_the_photo_as_evidence(order: WorkOrder, technician: User) -> None:
    with later(2):
        actions.set_out(order, technician)
    with later(3):
        trip = actions.find_nobody(order, technician, photo=a_photo(), note="Toqué el timbre y llamé dos veces")
    pause = Pause.objects.get()
    assert trip.photo is not None
    assert trip.photo.sha256[:12] in pause.evidence
    assert "Toqué el timbre" in pause.evidence
    assert (pause.reason, pause.began_at) == ("absent", NOON + dt.timedelta(hours=3))
    order.refresh_from_db()
    with later(20):
        assert queries.hours_left(order, clock.now()) == 21


def test_nobody_at_home_told_twice_is_one_absence(order: WorkOrder, technician: User) -> None:
    """The phone lost the answer and sent it once more."""
    told = list[Trip]()
    customer_absent.connect(lambda trip, **_: told.append(trip), weak=False, dispatch_uid="told")
    for hours in (3, 3.1):
        with later(hours):
            actions.find_nobody(order, technician, photo=a_photo(), note="Toqué el timbre")
    customer_absent.disconnect(dispatch_uid="told")
    assert told == [Trip.objects.get()]
    assert Pause.objects.count() == 1


def test_setting_out_again_lets_the_24_hours_run_on(order: WorkOrder, technician: User) -> None:
    with later(3):
        actions.find_nobody(order, technician, photo=a_photo())
    with later(8):
        actions.set_out(order, technician)
    order.refresh_from_db()
    assert order.due_at == NOON + dt.timedelta(hours=29)
    with later(9):
        visit = actions.begin_visit(order, technician)
    assert [bool(trip.absent_at) for trip in Trip.objects.all()] == [True, False]
    assert visit.arrived_at == NOON + dt.timedelta(hours=9)


def test_who_arrived_may_still_find_nobody_and_arrives_anew(order: WorkOrder, technician: User) -> None:
    actions.begin_visit(order, technician)
    with later(1):
        actions.find_nobody(order, technician, photo=a_photo())
    with later(5):
        visit = actions.begin_visit(order, technician)
    assert visit.arrived_at == NOON + dt.timedelta(hours=5)
    assert queries.open_pause(order) is None


def test_an_order_that_stands_still_already_is_not_paused_twice(order: WorkOrder, technician: User) -> None:
    actions.set_out(order, technician)
    progress.pause(order, reason="later", evidence="Llamó: mañana a las 9", actor=technician)
    with later(1):
        actions.find_nobody(order, technician, photo=a_photo())
    assert Pause.objects.get().reason == "later"


def test_an_absence_without_a_photo_is_none(order: WorkOrder, technician: User) -> None:
    with refused(errors.NotAPicture):
        actions.find_nobody(order, technician, photo=b"")
    assert not Pause.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Trip.objects.create(work_order=order, technician=technician, absent_at=NOON)


def test_an_order_of_another_technician_says_whose_it_is(order: WorkOrder) -> None:
    other = a_user("otra")
    for told in (actions.set_out, actions.begin_visit):
        with refused(errors.OrderOfAnother) as caught:
            told(order, other)
        assert "tito" in str(caught.value)
    with refused(errors.OrderOfAnother):
        actions.find_nobody(order, other, photo=a_photo())


def test_an_order_that_was_handed_over_goes_on_with_the_second_technician(order: WorkOrder, technician: User) -> None:
    actions.set_out(order, technician)
    actions.begin_visit(order, technician)
    other = a_user("otra")
    progress.assign(order, technician=other, actor=None)
    with later(2):
        actions.set_out(order, other)
    with later(3):
        visit = actions.begin_visit(order, other)
    assert (visit.technician, visit.arrived_at) == (other, NOON + dt.timedelta(hours=3))
    with refused(errors.OrderOfAnother):
        actions.set_out(order, technician)


def test_neither_an_unassigned_nor_a_closed_order_is_set_out_for(order: WorkOrder, technician: User) -> None:
    with refused(NoTechnician):
        actions.set_out(an_order(), technician)
    progress.complete_order(order, actor=None)
    with refused(WrongState):
        actions.set_out(order, technician)
