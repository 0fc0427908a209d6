"""When to call next: another window of a business day, across midnight, weekends, holidays and the month's end."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.quality.queries import ContactRule, NotCounted, Planner
from arraigo.workdays.models import Holiday

RULE = ContactRule.of(3, 2, [["09:00", "12:30"], ["14:30", "19:00"]])


def at(text: str) -> dt.datetime:
    """`2026-03-10 10:00` in Cochabamba."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.LA_PAZ)


def next_call(now: str, *calls: str) -> tuple[str, str]:
    """Begin and end of the next window, after calls in vain."""
    planner = Planner(RULE, at(now), min(map(at, calls), default=None))
    found = planner.next_call(planner.tried(at(call) for call in calls))
    begin, end = (f"{clock.local(moment):%Y-%m-%d %H:%M}" for moment in found)
    return begin, end


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("now", "calls", "begin", "end"),
    [
        ("2026-03-10 10:00", [], "2026-03-10 10:00", "2026-03-10 12:30"),  # within the window: now
        ("2026-03-10 13:00", [], "2026-03-10 14:30", "2026-03-10 19:00"),  # between two
        ("2026-03-10 23:59", [], "2026-03-11 09:00", "2026-03-11 12:30"),  # after the day
        ("2026-03-11 00:00", [], "2026-03-11 09:00", "2026-03-11 12:30"),  # midnight itself
        ("2026-03-10 10:30", ["2026-03-10 10:00"], "2026-03-10 14:30", "2026-03-10 19:00"),  # another hour
        ("2026-03-10 18:00", ["2026-03-10 17:00"], "2026-03-11 09:00", "2026-03-11 12:30"),
        # Another morning counts while one call more is left for the afternoon that the policy asks for.
        ("2026-03-11 09:30", ["2026-03-10 10:00"], "2026-03-11 09:30", "2026-03-11 12:30"),
        ("2026-03-12 09:30", ["2026-03-10 10:00", "2026-03-11 10:00"], "2026-03-12 14:30", "2026-03-12 19:00"),
        # Both were tried: the next one will do.
        ("2026-03-11 09:30", ["2026-03-10 10:00", "2026-03-10 15:00"], "2026-03-11 09:30", "2026-03-11 12:30"),
        ("2026-03-13 19:30", [], "2026-03-16 09:00", "2026-03-16 12:30"),  # Friday evening: Monday
        ("2026-03-31 19:01", [], "2026-04-01 09:00", "2026-04-01 12:30"),  # the month's end
    ],
)
def test_the_next_window(now: str, calls: list[str], begin: str, end: str) -> None:
    assert next_call(now, *calls) == (begin, end)


def test_nobody_is_called_on_a_holiday() -> None:
    Holiday.objects.create(day=dt.date(2026, 5, 1), name="Día del Trabajo")
    assert next_call("2026-04-30 19:30") == ("2026-05-04 09:00", "2026-05-04 12:30")  # Friday, then a weekend


@pytest.mark.parametrize(
    ("calls", "why", "enough"),
    [
        (["2026-03-10 10:00", "2026-03-10 12:30", "2026-03-10 15:00"], "-w-", False),  # two of one window
        (["2026-03-10 10:00", "2026-03-11 10:00", "2026-03-12 10:00"], "--o", False),  # never in the afternoon
        (["2026-03-10 10:00", "2026-03-10 15:00", "2026-03-10 20:00"], "--h", False),  # one too late in the day
        (["2026-03-13 15:00", "2026-03-14 10:00", "2026-03-15 10:00", "2026-03-16 10:00"], "-dd-", False),  # weekend
        (["2026-05-01 10:00", "2026-05-04 10:00", "2026-05-04 15:00"], "d--", False),  # Día del Trabajo
        (["2026-03-10 10:00", "2026-03-11 10:00", "2026-03-12 10:00", "2026-03-12 15:00"], "--o-", True),
        (["2026-03-10 10:00", "2026-03-10 15:00", "2026-03-11 10:00"], "---", True),
    ],
)
def test_which_calls_count_and_when_a_customer_may_be_given_up(calls: list[str], why: str, enough: bool) -> None:
    Holiday.objects.create(day=dt.date(2026, 5, 1), name="Día del Trabajo")
    letters = {NotCounted.DAY: "d", NotCounted.HOUR: "h", NotCounted.SAME_WINDOW: "w", NotCounted.SAME_HOURS: "o"}
    moments = [at(call) for call in calls]
    tried = Planner(RULE, at("2026-05-12 10:00"), min(moments)).tried(moments)
    assert "".join(letters[verdict] if verdict else "-" for _moment, verdict in tried.verdicts) == why
    assert tried.enough is enough
