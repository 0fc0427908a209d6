"""Reads of notices to staff."""

from django.db.models import QuerySet

from arraigo.messages.models import Notice
from arraigo.people.models import User


def unread(user: User) -> QuerySet[Notice]:
    """What `user` has not read yet, the latest first."""
    return Notice.objects.filter(user=user, read_at=None).order_by("-at", "-id")


def latest(user: User, count: int = 50) -> QuerySet[Notice]:
    """The last `count` notices of `user`, read ones included."""
    return Notice.objects.filter(user=user).order_by("-at", "-id")[:count]
