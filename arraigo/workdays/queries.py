"""Business days and the hours in which customers may be called."""

import datetime as dt
import re
from collections.abc import Sequence

from arraigo import clock
from arraigo.workdays.models import Holiday

SATURDAY = 5
_WINDOW = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*$")


def is_business_day(day: dt.date) -> bool:
    """Whether `day` is Monday to Friday and no holiday of the calendar."""
    return day.weekday() < SATURDAY and not Holiday.objects.filter(day=day).exists()


def next_business_day(day: dt.date) -> dt.date:
    """`day` itself where it is a business day, else the first one after it. One query."""
    holidays = set(
        Holiday.objects.filter(day__gte=day, day__lte=day + dt.timedelta(days=60)).values_list("day", flat=True)
    )
    while day.weekday() >= SATURDAY or day in holidays:
        day += dt.timedelta(days=1)
    return day


def parse_window(text: str) -> tuple[dt.time, dt.time]:
    """The begin and end of a window written `09:00-12:30`. Raises ValueError."""
    found = _WINDOW.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no call window: write it as 09:00-12:30.")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    begin, end = dt.time(hour, minute), dt.time(end_hour, end_minute)
    if end <= begin:
        raise ValueError(f"{text!r} is no call window: it ends before it begins.")
    return begin, end


def call_window(moment: dt.datetime, windows: Sequence[str]) -> str | None:
    """The window (as written, `09:00-12:30`, La Paz time) in which `moment` lies on a business day.

    None outside of all of them. The begin belongs to a window, the end does not.
    """
    here = clock.local(moment)
    for window in windows:
        begin, end = parse_window(window)
        if begin <= here.time() < end:
            return window if is_business_day(here.date()) else None
    return None


def within_call_window(moment: dt.datetime, windows: Sequence[str]) -> bool:
    """Whether a customer may be called at `moment`."""
    return call_window(moment, windows) is not None


def next_call_moment(moment: dt.datetime, windows: Sequence[str]) -> dt.datetime:
    """`moment` where it lies in a call window, else the next begin of one, in UTC."""
    if within_call_window(moment, windows):
        return moment
    begins = sorted(parse_window(window)[0] for window in windows)
    here = clock.local(moment)
    day = next_business_day(here.date())
    later = [begin for begin in begins if day != here.date() or begin > here.time()]
    if not later:
        day, later = next_business_day(day + dt.timedelta(days=1)), begins
    return dt.datetime.combine(day, later[0], clock.LA_PAZ).astimezone(dt.UTC)
