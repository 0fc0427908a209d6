"""Consumption: how much of a product was used in a month."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import ExternalRecord, known_words


class Usage(ExternalRecord):
    """What a customer used of one product in one month (TMF635 usage, summed up)."""

    class Unit(models.TextChoices):
        GIGABYTES = "GB", _("GB")
        MINUTES = "min", _("minutes")
        HOURS = "h", _("hours")
        EVENTS = "events", _("events")

    product = models.ForeignKey("products.Product", models.PROTECT, related_name="usage")
    month = models.DateField()
    """First day of the month."""
    unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.GIGABYTES)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)

    @known_words(unit=Unit)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.UniqueConstraint(fields=["product", "month", "unit"], name="usage_one_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="usage_month_is_first_day"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="usage_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.unit} {self.month:%m/%Y}"
