"""What management and the heads of division may see: every month that has begun."""

import datetime as dt

from django.http import Http404

from arraigo import clock
from arraigo.people.models import User
from arraigo.web.access import HEADS

FIRST = dt.date(2000, 1, 1)


def month(value: dt.date) -> dt.date:
    """The month; 404 for one that has not begun or lies before any record."""
    if not FIRST <= value <= clock.today():
        raise Http404
    return value


def head_role(user: User) -> str:
    """The division that `user` heads; 404 for others."""
    role = next((role for role in HEADS if role in user.roles), None)
    if role is None:
        raise Http404
    return role
