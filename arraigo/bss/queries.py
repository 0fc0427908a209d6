"""Reads of the outbox."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from arraigo.bss.models import Command

WAITING = (Command.Status.PENDING, Command.Status.UNCERTAIN)
STUCK = (Command.Status.UNCERTAIN, Command.Status.FAILED)
"""What a person must settle."""


def undelivered() -> QuerySet[Command]:
    """Commands that the commercial system has not applied: pending, uncertain and failed, oldest first."""
    return Command.objects.filter(status__in=[*WAITING, Command.Status.FAILED]).order_by("id")


def stuck() -> QuerySet[Command]:
    """Commands that a person must settle: uncertain and failed ones."""
    return Command.objects.filter(status__in=STUCK).order_by("id")


def may_leave() -> QuerySet[Command]:
    """Pending commands before which no other of the same subject still waits."""
    earlier = Command.objects.filter(subject=OuterRef("subject"), id__lt=OuterRef("id"), status__in=WAITING)
    return Command.objects.filter(Q(subject="") | ~Exists(earlier), status=Command.Status.PENDING)


def delivered(key: Combinable) -> Exists:
    """Whether the other side has applied the command whose idempotency key is the expression `key` of the outer row."""
    return Exists(Command.objects.filter(idempotency_key=key, status=Command.Status.DELIVERED))
