"""Business days and call windows of the editable Bolivian calendar."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.workdays import actions, queries
from arraigo.workdays.models import Holiday
from tests.at_once import beside

WINDOWS = [["09:00", "12:30"], ["14:30", "19:00"]]
FRIDAY = dt.date(2026, 3, 13)
FIRST, LAST = dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 1)  # noqa: DTZ001 (hypothesis wants them so)


def here(day: dt.date, time: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), clock.LA_PAZ)


@pytest.mark.django_db
def test_the_weekend_and_holidays_are_skipped() -> None:
    assert queries.next_business_day(FRIDAY) == FRIDAY
    actions.set_holiday(dt.date(2026, 3, 16), "Feriado local", actor=None)
    assert queries.next_business_day(dt.date(2026, 3, 14)) == dt.date(2026, 3, 17)
    assert actions.remove_holiday(dt.date(2026, 3, 16), actor=None)
    assert not actions.remove_holiday(dt.date(2026, 3, 16), actor=None)
    assert queries.next_business_day(dt.date(2026, 3, 14)) == dt.date(2026, 3, 16)
    assert set(Event.objects.values_list("kind", flat=True)) == {"holiday.set", "holiday.removed"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("time", "place"),
    [
        ("08:59", None),
        ("09:00", 0),
        ("12:29", 0),
        ("12:30", None),
        ("14:30", 1),
        ("18:59", 1),
        ("19:00", None),
    ],
)
def test_the_windows_edges(time: str, place: int | None) -> None:
    assert queries.call_window(here(FRIDAY, time), WINDOWS) == place
    assert queries.within_call_window(here(FRIDAY, time), WINDOWS) == (place is not None)
    assert queries.call_window(here(FRIDAY + dt.timedelta(days=1), time), WINDOWS) is None


def test_a_window_that_ends_before_it_begins_is_no_window() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        queries.parse_window(["12:00", "09:00"])


class NextCall(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.datetimes(FIRST, LAST),
        st.sets(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), max_size=40),
    )
    def test_it_is_the_first_moment_in_a_window(self, naive: dt.datetime, holidays: set[dt.date]) -> None:
        Holiday.objects.bulk_create(Holiday(day=day, name="Feriado") for day in holidays)
        moment = naive.replace(tzinfo=dt.UTC)
        found = queries.next_call_moment(moment, WINDOWS)
        assert found >= moment
        assert queries.within_call_window(found, WINDOWS)
        if found > moment:
            assert clock.local(found).strftime("%H:%M") in {"09:00", "14:30"}
            assert not queries.within_call_window(found - dt.timedelta(minutes=1), WINDOWS)


@pytest.mark.django_db
def test_the_first_filling_is_done_once() -> None:
    out = StringIO()
    call_command("fill-holidays", year=2026, stdout=out)
    assert Holiday.objects.get(day=dt.date(2026, 8, 6)).name
    before = Holiday.objects.count()
    call_command("fill-holidays", year=2026, stdout=out)
    assert Holiday.objects.count() == before
    assert out.getvalue().splitlines()[-1] == "added 0"


@pytest.mark.django_db
def test_a_year_that_nobody_knows_is_told() -> None:
    with pytest.raises(CommandError, match="1500"):
        call_command("fill-holidays", year=1500)


@pytest.mark.django_db(transaction=True)
def test_two_people_fill_the_same_year_or_remove_the_same_day_at_one_moment() -> None:
    new_year = dt.date(2026, 1, 1)
    added = beside(
        lambda: actions.fill_holidays(2026),
        second=lambda: actions.fill_holidays(2026),
    )
    assert added == []
    removed = beside(
        lambda: actions.remove_holiday(new_year, actor=None),
        second=lambda: actions.remove_holiday(new_year, actor=None),
    )
    assert removed is False
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == ["holidays.filled", "holiday.removed"]
