"""What happened: append-only events, numbered and hash-chained by one sealer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from arraigo.records import Record


class Event(Record):
    """One thing that happened: who, when, to what, under which version, before and after.

    Inserted in the transaction of the change it tells of; `sequence`, `previous_hash` and `hash`
    are set once, afterwards, by the sealer. Nothing else about a row ever changes.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    """None: the system itself (sweeps, imports by command line)."""
    kind = models.CharField(max_length=60)
    """`noun.verb`, for example `case.step_completed`."""
    subject_type = models.CharField(max_length=40)
    """The noun of the record it is about: `case`, `customer`, `bill` …"""
    subject_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=24, blank=True)
    """The retention case it belongs to, for the case's history."""
    version = models.CharField(max_length=80, blank=True)
    """Code and number of the procedure version obeyed."""
    data = models.JSONField(default=dict)

    sequence = models.BigIntegerField(null=True, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("event")
        indexes = [
            models.Index(fields=["case_number", "id"]),
            models.Index(fields=["subject_type", "subject_id", "id"]),
            models.Index(fields=["id"], name="event_unsealed", condition=models.Q(sequence=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"


class Seal(Record):
    """The single row that the sealer locks: the head of the chain and how many events it holds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    count = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="seal_single_row")]
