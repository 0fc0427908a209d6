"""The monthly evaluation (step 15) and the heads' reviews of the indicator (III.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.people.models import Role


class Evaluation(models.Model):
    """Commercial management's signed evaluation of one month. Cannot change once signed."""

    month = models.DateField(unique=True)
    figures = models.JSONField()
    """As shown when it was signed: indicator, accepted, saved, costs (amounts as text in Bs)."""
    findings = models.TextField()
    decisions = models.TextField()
    reformulate = models.BooleanField(default=False)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    log_count = models.BigIntegerField()
    log_head = models.CharField(max_length=64)
    """Count and head of the sealed event log at the signature."""
    completed_at = models.DateTimeField(null=True)
    """When step 15 of every waiting case was completed; None while the loop has cases left."""

    class Meta:
        verbose_name = _("evaluation")
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="evaluation_month_is_first_day")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class IndicatorReview(models.Model):
    """A head's monthly review of the indicator."""

    month = models.DateField()
    role = models.CharField(
        max_length=30,
        choices=[(role.value, role.label) for role in (Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES)],
    )
    comment = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "role"], name="indicator_review_unique")]
        verbose_name = _("review of the indicator")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.role}"
