"""The outbox: what the commercial system must also do."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.bss.names import name
from arraigo.records import Record, known_words, new_key


class Command(Record):
    """One order to the commercial system, written in the transaction of the step that causes it.

    Applied once: the idempotency key travels with it. Commands of one `subject` (a case number)
    leave in the order in which they were written.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        DELIVERED = "delivered", pgettext_lazy("an order", "Delivered")
        UNCERTAIN = "uncertain", pgettext_lazy("an order", "Uncertain")
        FAILED = "failed", pgettext_lazy("an order", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("an order", "Cancelled")

    idempotency_key = models.CharField(max_length=40, unique=True, default=new_key)
    kind = models.CharField(max_length=40)
    """`noun.verb`, one of `interface.KINDS`."""
    subject = models.CharField(max_length=60, blank=True)
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answer = models.JSONField(null=True)
    """What the other side answered, or the error in words."""

    @known_words(status=Status)
    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], name="command_pending", condition=Q(status="pending")),
            models.Index(fields=["subject", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False) | ~Q(status="pending"),
                name="command_pending_has_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def name(self) -> str:
        """What is ordered, in the reader's language."""
        return name(self.kind)
