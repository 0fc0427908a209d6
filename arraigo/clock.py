"""The only clock of Arraigo.

Everything that asks for the time asks here, so that a demo database can be moved through the
procedure in minutes and a test can stand at a month's edge. The offset of a demo database is a row
(`workdays.ClockOffset`); this module only holds it for the process and reads it again when asked.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

LA_PAZ = ZoneInfo("America/La_Paz")
"""The zone in which days, months and office hours are meant. It has no daylight saving."""

_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen", default=None)
_offset_source: Callable[[], dt.timedelta] = dt.timedelta


def set_offset_source(source: Callable[[], dt.timedelta]) -> None:
    """Let `source` say how far this installation's clock stands ahead of the wall clock."""
    global _offset_source
    _offset_source = source


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    return dt.datetime.now(dt.UTC) + _offset_source()


def local(moment: dt.datetime) -> dt.datetime:
    """`moment` as the clocks in Cochabamba show it."""
    return moment.astimezone(LA_PAZ)


def today() -> dt.date:
    """The present day in Cochabamba."""
    return local(now()).date()


def start_of_day(day: dt.date) -> dt.datetime:
    """The first moment of `day` in Cochabamba, in UTC."""
    return dt.datetime.combine(day, dt.time(), LA_PAZ).astimezone(dt.UTC)


def month_of(moment: dt.datetime) -> dt.date:
    """The first day of the month, in Cochabamba, in which `moment` lies."""
    return local(moment).date().replace(day=1)


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after `month`."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def previous_month(month: dt.date) -> dt.date:
    """The first day of the month before `month`."""
    return (month.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let the clock stand at `moment` inside the block (demo, replays and tests)."""
    if moment.tzinfo is None:
        raise ValueError("The clock takes aware moments only: give the moment a time zone.")
    token = _frozen.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
