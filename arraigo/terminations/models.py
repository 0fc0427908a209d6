"""Bajas: requested, withdrawn, executed."""

from collections import Counter

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import ExternalRecord, known_words


class Termination(ExternalRecord):
    """The cancellation of one product (I.f). Imported ones may have no dates: they count nowhere."""

    class Reason(models.TextChoices):
        FAULTS = "faults", _("Faults")
        COMPENSATION = "compensation", _("Demands compensation")
        BETTER_OFFER = "better_offer", _("Better offer of a competitor")
        PRICE = "price", _("Price")
        MOVING = "moving", _("Moving")
        NO_USE = "no_use", _("No use")
        DEATH = "death", _("Death")
        ARREARS = "arrears", _("Arrears")
        OTHER = "other", _("Other")
        UNKNOWN = "unknown", _("Not known")

    APART = ("arrears", "death", "moving")
    """Shown apart in the indicator unless the policy says otherwise: nobody could have been persuaded."""

    number = models.CharField(max_length=24, unique=True)
    receipt = models.CharField(max_length=24, blank=True)
    """Products left in one request share the receipt."""
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="terminations")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="terminations")
    case_number = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=14, choices=Reason.choices)
    requested_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    executed_at = models.DateTimeField(null=True, blank=True)
    return_items = models.JSONField(default=list)
    """What the customer gives back."""
    returned_items = models.JSONField(null=True, blank=True)
    """What of it came back; None where nobody noted it."""
    return_by = models.DateField(null=True, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    @known_words(reason=Reason)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("termination")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["product"],
                name="termination_one_open",
                condition=Q(requested_at__isnull=False, withdrawn_at=None, executed_at=None),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(executed_at=None), name="termination_withdrawn_or_executed"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(requested_at__isnull=False, withdrawn_at__gte=F("requested_at")),
                name="termination_withdrawn_after_requested",
            ),
            models.CheckConstraint(
                condition=Q(executed_at=None) | Q(requested_at=None) | Q(executed_at__gte=F("requested_at")),
                name="termination_executed_after_requested",
            ),
        ]
        indexes = [
            models.Index(fields=["requested_at", "withdrawn_at", "reason"], name="termination_requested"),
            models.Index(fields=["executed_at", "reason"], name="termination_executed"),
            models.Index(fields=["case_number"]),
            models.Index(
                fields=["requested_at", "id"],
                name="termination_waiting",
                condition=Q(requested_at__isnull=False, withdrawn_at=None, executed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it was requested, and neither withdrawn nor executed since."""
        return self.requested_at is not None and self.withdrawn_at is None and self.executed_at is None

    @property
    def missing_items(self) -> list[str]:
        """What the customer did not give back; nothing where nobody noted it."""
        back = self.return_items if self.returned_items is None else self.returned_items
        return _without(self.return_items, back)

    @property
    def not_noted(self) -> list[str]:
        """What the customer has still to give back, as far as anybody noted."""
        return _without(self.return_items, self.returned_items or [])


def _without(items: list[str], others: list[str]) -> list[str]:
    """The items but for the others; of two that are named alike each counts."""
    return list((Counter(items) - Counter(others)).elements())
