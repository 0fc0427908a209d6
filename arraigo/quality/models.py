"""The two quality controls and the attempts to reach the customer (steps 9 and 10)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import Record, known_words


class QualityControl(Record):
    class Kind(models.TextChoices):
        POST_VISIT = "post_visit", _("2 days after the visit")
        POST_SERVICE = "post_service", _("30 days after the Engineering Service")

    class Verdict(models.TextChoices):
        PENDING = "pending", _("Pending")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        NOT_REACHED = "not_reached", _("Not reached")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    case_number = models.CharField(max_length=24)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="quality_controls")
    work_order = models.ForeignKey("orders.WorkOrder", models.PROTECT, related_name="quality_controls")
    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.PENDING)
    due_at = models.DateTimeField()
    late_told_at = models.DateTimeField(null=True)
    """When the heads were told that it is overdue."""
    facts = models.JSONField(default=dict)
    """What was looked up when it was judged: new tickets, product states, waiver on the bill; why it failed."""
    answer = models.TextField(blank=True)
    """What the customer said."""
    satisfaction = models.PositiveSmallIntegerField(null=True)
    """1 to 5."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    @known_words(kind=Kind, verdict=Verdict)
    class Meta:
        verbose_name = _("quality control")
        constraints = [
            models.UniqueConstraint(fields=["kind", "work_order"], name="quality_control_unique"),
            models.CheckConstraint(
                condition=Q(verdict="pending", decided_at=None) | ~Q(verdict="pending") & Q(decided_at__isnull=False),
                name="quality_control_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                name="quality_control_satisfaction_range",
            ),
        ]
        indexes = [
            models.Index(fields=["case_number"]),
            models.Index(fields=["due_at"], name="quality_control_pending", condition=Q(verdict="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_number}"


class ContactAttempt(Record):
    """One call to the customer for a control."""

    control = models.ForeignKey(QualityControl, models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reached = models.BooleanField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.at}"
