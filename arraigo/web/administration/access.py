"""What an administrator may see: units, people, the calendar, versions, commands. No customers."""

import datetime as dt

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from arraigo.bss import queries as outbox
from arraigo.bss.models import Command
from arraigo.people.models import Membership, Unit
from arraigo.procedure.models import ProcedureVersion
from arraigo.workdays.models import Holiday


def units() -> QuerySet[Unit]:
    """Every unit with its head and its people."""
    people = Membership.objects.select_related("user").order_by("role", "user__last_name", "user__username")
    return (
        Unit.objects.select_related("head", "parent")
        .prefetch_related(Prefetch("memberships", people))
        .order_by("kind", "name")
    )


def holidays(year: int) -> QuerySet[Holiday]:
    return Holiday.objects.filter(day__year=year).order_by("day")


def holiday(day: str) -> Holiday:
    """The holiday on `day` (2026-08-06); 404 where it is none."""
    try:
        return Holiday.objects.get(day=dt.date.fromisoformat(day))
    except (ValueError, Holiday.DoesNotExist) as error:
        raise Http404 from error


def versions() -> QuerySet[ProcedureVersion]:
    """Every published version, newest first."""
    return ProcedureVersion.objects.select_related("definition", "published_by").order_by("-definition__number")


def stuck_command(pk: int) -> Command:
    """A command that a person must settle; 404 for any other."""
    found = outbox.stuck().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
