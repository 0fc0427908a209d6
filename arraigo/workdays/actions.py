"""Moving a demo database's clock, and the first filling of the calendar."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.people.models import User
from arraigo.workdays import offset
from arraigo.workdays.errors import ClockFixed, ClockOnlyForward, NoHolidaysKnown
from arraigo.workdays.models import ClockOffset, Holiday

DEPARTMENT = "C"
"""Cochabamba, as the `holidays` package calls it."""


def advance_clock(by: dt.timedelta, *, actor: User | None = None) -> dt.datetime:
    """Move the clock of a demo database on; the new present moment. Raises ClockFixed, ClockOnlyForward.

    Other processes follow within `offset.FRESH` seconds. The sweeps are the caller's.
    """
    if settings.PRODUCTION:
        raise ClockFixed
    if by < dt.timedelta():
        raise ClockOnlyForward
    if by:
        _advance(by, actor)
        offset.forget()
    return clock.now()


@transaction.atomic(savepoint=False)
def _advance(by: dt.timedelta, actor: User | None) -> None:
    ClockOffset.objects.get_or_create(id=1, defaults={"ahead": dt.timedelta()})
    row = ClockOffset.objects.select_for_update().get()
    row.ahead += by
    row.save()
    told = {"by_seconds": int(by.total_seconds()), "ahead_seconds": int(row.ahead.total_seconds())}
    record("clock.advanced", row, actor=actor, data=told)


@transaction.atomic(savepoint=False)
def fill_holidays(year: int, *, actor: User | None = None) -> list[Holiday]:
    """Add the days that are proposed for Cochabamba in `year`, in Spanish; what was there stays.

    A proposal that people correct: the list misses days and moves others. Raises NoHolidaysKnown.
    """
    # Loaded once a year, not with every start.
    import holidays

    proposed = holidays.country_holidays("BO", subdiv=DEPARTMENT, years=year, language="es")
    if not proposed:
        raise NoHolidaysKnown(year)
    added = []
    for day, name in sorted(proposed.items()):
        # One by one: a colleague may be adding the same days.
        holiday, is_new = Holiday.objects.get_or_create(day=day, defaults={"name": name[:120]})
        added += [holiday] if is_new else []
    if added:
        told = {"year": year, "days": [day.day.isoformat() for day in added]}
        record("holidays.filled", added[0], actor=actor, data=told)
    return added


@transaction.atomic(savepoint=False)
def set_holiday(day: dt.date, name: str, *, actor: User | None) -> Holiday:
    """Put a day into the calendar, or give it another name."""
    holiday, _ = Holiday.objects.update_or_create(day=day, defaults={"name": name})
    record("holiday.set", holiday, actor=actor, data={"day": day.isoformat(), "name": name})
    return holiday


@transaction.atomic(savepoint=False)
def remove_holiday(day: dt.date, *, actor: User | None) -> bool:
    """Take a day out of the calendar; whether it was there."""
    holiday = Holiday.objects.select_for_update().filter(day=day).first()
    if holiday is None:
        return False
    record("holiday.removed", holiday, actor=actor, data={"day": day.isoformat(), "name": holiday.name})
    holiday.delete()
    return True
