"""Reads of a desk."""

import datetime as dt

from django.db.models import QuerySet

from arraigo import clock
from arraigo.compiled import compiled
from arraigo.desk.models import Callback, Draft, Presence
from arraigo.people.models import User
from arraigo.retention.models import RetentionCase

OVER = (RetentionCase.Outcome.TERMINATION, RetentionCase.Outcome.CLOSED_ELSEWHERE)
"""Outcomes of the cases whose customer nobody calls back: who has left, whose case ended elsewhere, or who died."""
HERE = dt.timedelta(seconds=60)
"""How long after its last sign of life a page counts as open."""


def to_be_made(among: QuerySet[Callback] | None = None) -> QuerySet[Callback]:
    """Calls that are still to be made, but for cases that are `OVER`.

    `among`: all calls, or those of which to choose.
    """
    rows = Callback.objects.all() if among is None else among
    return rows.filter(done_at=None).exclude(case__outcome__in=OVER)


def callbacks_of(user: User, *, until: dt.datetime | None = None) -> QuerySet[Callback]:
    """The calls that `user` is to make, the earliest first; those due by `until` where given."""
    mine = to_be_made().filter(person=user).select_related("case__customer", "noted_by")
    return (mine if until is None else mine.filter(due_at__lte=until)).order_by("due_at", "id")


@compiled
def calls_due(user: User, until: dt.datetime) -> QuerySet[Callback]:
    """Those of `callbacks_of` that are due by `until`."""
    return callbacks_of(user, until=until)


def callbacks_in(case: RetentionCase) -> QuerySet[Callback]:
    """The calls of a case that are still to be made."""
    return Callback.objects.filter(case=case, done_at=None).select_related("person").order_by("due_at", "id")


def draft(user: User, page: str) -> Draft | None:
    """What `user` typed on `page` and has not sent."""
    return Draft.objects.filter(user=user, page=page).first()


def drafts(user: User) -> dict[str, str]:
    """Page → what `user` typed there and has not sent."""
    return dict(_drafts(user))


@compiled
def _drafts(user: User) -> QuerySet[Draft, tuple[str, str]]:
    return Draft.objects.filter(user=user).values_list("page", "text")


def others_at(place: str, user: User) -> list[Presence]:
    """Who else has the page of `place` open now."""
    here = Presence.objects.filter(place=place, seen_at__gt=clock.now() - HERE).exclude(user=user)
    return list(here.select_related("user").order_by("-seen_at"))
