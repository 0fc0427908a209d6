"""Quiet hours: messages wait for the working hours of the policy (`hours.working`), they are never dropped."""

import datetime as dt

from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.workdays import queries as workdays


def next_moment(moment: dt.datetime) -> dt.datetime:
    """`moment` where it lies in the working hours, else the next begin of them, in UTC."""
    try:
        week = procedures.current_policy().value("hours.working", {})
    except NoProcedure:
        return moment
    return workdays.next_working_moment(moment, week)
