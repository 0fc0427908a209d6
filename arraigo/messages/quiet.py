"""Quiet hours: messages wait for the working hours of the policy (`hours.working`), those of a visit for the day."""

import datetime as dt

from arraigo import clock
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.workdays import queries as workdays

WAKING = (dt.time(7), dt.time(21))


def next_moment(moment: dt.datetime) -> dt.datetime:
    """`moment` where it lies in the working hours, else the next begin of them, in UTC."""
    try:
        week = procedures.current_policy().value("hours.working", {})
    except NoProcedure:
        return moment
    return workdays.next_working_moment(moment, week)


def next_waking(moment: dt.datetime) -> dt.datetime:
    """`moment` where people are awake in La Paz (WAKING, any day), else when they next are, in UTC."""
    here, (begin, end) = clock.local(moment), WAKING
    if begin <= here.time() < end:
        return moment
    day = here.date() + dt.timedelta(days=here.time() >= end)
    return dt.datetime.combine(day, begin, clock.LA_PAZ).astimezone(dt.UTC)
