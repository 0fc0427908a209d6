"""What management and the heads of division may see: every month that has begun, and what is behind its figures."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404

from arraigo import clock
from arraigo.insight import queries, sets, signed_counts, words
from arraigo.people.models import User
from arraigo.retention.models import RetentionCase
from arraigo.terminations.models import Termination
from arraigo.web.access import HEADS

FIRST = dt.date(2000, 1, 1)


def month(value: dt.date) -> dt.date:
    """The month; 404 for one that has not begun or lies before any record."""
    if not FIRST <= value <= clock.today():
        raise Http404
    return value


def head_role(user: User, value: dt.date) -> str:
    """The division that `user` heads, of several the first whose review of the month is missing; 404 for others."""
    mine = [role for role in HEADS if role in user.roles]
    if not mine:
        raise Http404
    reviewed = {review.role for review in queries.reviews_of(value)}
    return next((role for role in mine if role not in reviewed), mine[0])


def dimension(name: str) -> str:
    """What the figures are broken down by; 404 for what they are not."""
    if name not in words.DIMENSIONS:
        raise Http404
    return name


def cases(value: dt.date, figure: str, by: str, key: str, kind: str) -> QuerySet[RetentionCase]:
    """The cases behind a figure of the month, all or those of one group and of one kind of offer or promise.

    404 where there is no such figure, and for what no group or kind can be called.
    """
    if "\0" in key + kind:  # PostgreSQL cannot even be asked for it
        raise Http404
    try:
        found = sets.behind(figure, sets.span(value), kind)
    except KeyError:
        raise Http404 from None
    if by:
        try:
            found = sets.within(found, dimension(by), key)
        except (ValueError, ValidationError):  # a unit's or zone's key that is no number, a branch that is no yes or no
            raise Http404 from None
    return found.select_related("customer__zone", "team").prefetch_related("judgements")


def terminations(value: dt.date, figure: str) -> QuerySet[Termination]:
    """The terminations behind a figure of the indicator; 404 where there is no such figure."""
    if figure not in signed_counts.TERMINATIONS:
        raise Http404
    found = sets.terminations(figure, sets.span(value), queries.policy_of_month(value))
    return found.select_related("customer", "product__offering")
