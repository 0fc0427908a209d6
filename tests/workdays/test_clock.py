"""The demo clock: moved on by a row that every process follows, never in production."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.workdays import actions, offset
from arraigo.workdays.errors import ClockFixed, ClockOnlyForward
from arraigo.workdays.models import ClockOffset
from tests.at_once import database_gone
from tests.records import NOON

DAYS = dt.timedelta(days=2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    offset.forget()
    yield
    offset.forget()


def ahead() -> dt.timedelta:
    """How far the clock is ahead of the wall clock."""
    with time_machine.travel(NOON, tick=False):
        return clock.now() - NOON


def test_advancing_adds_up_and_shows_at_once() -> None:
    actions.advance_clock(DAYS)
    assert ahead() == DAYS
    actions.advance_clock(DAYS)
    assert ahead() == 2 * DAYS
    assert ClockOffset.objects.get().ahead == 2 * DAYS
    assert Event.objects.filter(kind="clock.advanced").count() == 2


def test_nothing_is_written_where_it_does_not_move() -> None:
    actions.advance_clock(dt.timedelta())
    assert not ClockOffset.objects.exists()
    with pytest.raises(ClockOnlyForward):
        actions.advance_clock(-DAYS)


def test_a_transaction_has_one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ahead() == dt.timedelta()
    ClockOffset.objects.create(ahead=DAYS)
    monkeypatch.setattr(offset, "FRESH", 0.0)
    assert ahead() == dt.timedelta()


@pytest.mark.django_db(transaction=True)
def test_another_process_follows_when_its_look_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ahead() == dt.timedelta()
    ClockOffset.objects.create(ahead=DAYS)
    assert ahead() == dt.timedelta()
    monkeypatch.setattr(offset, "FRESH", 0.0)
    assert ahead() == DAYS


def test_production_refuses_and_never_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    ClockOffset.objects.create(ahead=DAYS)
    monkeypatch.setattr(settings, "PRODUCTION", True)
    with pytest.raises(ClockFixed):
        actions.advance_clock(DAYS)
    assert ahead() == dt.timedelta()


@pytest.mark.django_db(transaction=True)
def test_the_clock_stays_as_it_was_while_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    actions.advance_clock(DAYS)
    monkeypatch.setattr(offset, "FRESH", 0.0)
    assert ahead() == DAYS
    with database_gone():
        assert ahead() == DAYS
