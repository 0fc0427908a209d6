"""Business days and the hours in which customers may be called."""

import datetime as dt
from collections.abc import Mapping, Sequence

from arraigo import clock
from arraigo.workdays.models import Holiday

SATURDAY = 5

Window = Sequence[str]
"""Begin and end of the hours in which customers may be called: `["09:00", "12:30"]`."""


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


def business_days(first: dt.date, last: dt.date) -> list[dt.date]:
    """The business days from `first` to `last`, both included. One query."""
    holidays = set(Holiday.objects.filter(day__gte=first, day__lte=last).values_list("day", flat=True))
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < SATURDAY and day not in holidays]


def parse_window(window: Window) -> tuple[dt.time, dt.time]:
    """The begin and end of a window, La Paz time. Raises ValueError."""
    begin, end = (dt.time.fromisoformat(text) for text in window)
    if end <= begin:
        raise ValueError(f"{window!r} is no call window: it ends before it begins.")
    return begin, end


def call_window(moment: dt.datetime, windows: Sequence[Window]) -> int | None:
    """The place in `windows` of the one in which `moment` lies, on a business day; None outside of all.

    The begin belongs to a window, the end does not.
    """
    here = clock.local(moment)
    for place, window in enumerate(windows):
        begin, end = parse_window(window)
        if begin <= here.time() < end:
            return place if is_business_day(here.date()) else None
    return None


def within_call_window(moment: dt.datetime, windows: Sequence[Window]) -> bool:
    """Whether a customer may be called at `moment`."""
    return call_window(moment, windows) is not None


def next_call_moment(moment: dt.datetime, windows: Sequence[Window]) -> dt.datetime:
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


Week = Mapping[str, Sequence[Window]]
"""Working hours by the English name of the day: `{"monday": [["08:30", "12:30"]]}`; a missing day is free."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOK_AHEAD = 60
"""Days within which the next working hours are looked for."""


def next_working_moment(moment: dt.datetime, week: Week) -> dt.datetime:
    """`moment` where it lies in the working hours of `week` and on no holiday, else their next begin, in UTC.

    The begin belongs to the hours, the end does not. A week without hours keeps nothing back.
    """
    here = clock.local(moment)
    last = here.date() + dt.timedelta(days=LOOK_AHEAD)
    holidays = set(Holiday.objects.filter(day__gte=here.date(), day__lte=last).values_list("day", flat=True))
    for ahead in range(LOOK_AHEAD):
        day = here.date() + dt.timedelta(days=ahead)
        windows = () if day in holidays else week.get(DAYS[day.weekday()], ())
        for begin, end in sorted(parse_window(window) for window in windows):
            if ahead == 0 and here.time() >= end:
                continue
            if ahead == 0 and here.time() >= begin:
                return moment
            return dt.datetime.combine(day, begin, clock.LA_PAZ).astimezone(dt.UTC)
    return moment
