"""The catalogue, what customers have installed, and free courtesies on it."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo import clock
from arraigo.money import MoneyField
from arraigo.records import ExternalRecord, Record, known_words


class Service(models.TextChoices):
    INTERNET = "internet", _("Internet")
    TELEVISION = "television", _("Television")
    TELEPHONE = "telephone", _("Telephone")
    WIRELESS = "wireless", _("Wireless line")
    STREAMING = "streaming", _("Streaming")
    ADD_ON = "add_on", _("Add-on")


class Technology(models.TextChoices):
    FIBRE = "fibre", _("Fibre (FO)")
    HFC = "hfc", _("HFC")
    COPPER = "copper", _("Copper")
    FIXED_WIRELESS = "fixed_wireless", _("Fixed wireless")
    FIJACOM = "fijacom", _("Fijacom")
    LINEA_MAX = "linea_max", _("Línea Max")
    OTT = "ott", _("OTT")
    UNKNOWN = "unknown", _("Not known")


class Offering(Record):
    """A product of the catalogue, with its list price a month."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    service = models.CharField(max_length=12, choices=Service.choices)
    technology = models.CharField(max_length=16, choices=Technology.choices)
    list_price = MoneyField()
    speed_mbps = models.PositiveIntegerField(null=True, blank=True)
    is_sold = models.BooleanField(default=True)

    @known_words(service=Service, technology=Technology)
    class Meta:
        ordering = ["service", "code"]
        verbose_name = _("offering")
        constraints = [models.CheckConstraint(condition=Q(list_price__gte=0), name="offering_price_not_negative")]

    def __str__(self) -> str:
        return self.name


class Product(ExternalRecord):
    """What a customer has installed (TMF637 product). Never deleted: it ends with a reason."""

    class Status(models.TextChoices):
        PENDING = "pendingActive", _("Pending activation")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        TERMINATED = "terminated", _("Terminated")

    class Reason(models.TextChoices):
        NONE = "", "—"
        ARREARS = "arrears", _("Arrears")
        REQUEST = "request", _("Customer's request")
        DEATH = "death", _("Death")
        MOVING = "moving", _("Moving")
        UNKNOWN = "unknown", _("Not known")

    number = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="products")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="products")
    bundle = models.CharField(max_length=40, blank=True)
    """Products of one bundle share this word; compensations are apportioned by list price."""
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.ACTIVE)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True, default="")
    price = MoneyField()
    """What the customer pays for it in a whole month."""
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    network_point = models.ForeignKey(
        "network.NetworkPoint", models.PROTECT, null=True, blank=True, related_name="products"
    )
    """The drop (or port) that it hangs on."""

    @known_words(status=Status, reason=Reason)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=~Q(status="terminated") | ~Q(reason=""), name="product_terminated_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="product_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["customer", "status"])]

    def __str__(self) -> str:
        return f"{self.offering.name} · {self.number}"

    @property
    def is_alive(self) -> bool:
        return self.status != self.Status.TERMINATED

    @property
    def leaving_since(self) -> dt.datetime | None:
        """When its baja was requested, while that is neither withdrawn nor executed. Reads `terminations`."""
        if not self.is_alive:
            return None
        waiting = (baja for baja in self.terminations.all() if not (baja.withdrawn_at or baja.executed_at))
        return next((baja.requested_at for baja in waiting if baja.requested_at), None)


class Courtesy(Record):
    """A free courtesy on a product, with an end (step 14; TMF671 promotion)."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Not started")
        ACTIVE = "active", pgettext_lazy("a courtesy", "Active")
        ENDED = "ended", pgettext_lazy("a courtesy", "Ended")
        WITHDRAWN = "withdrawn", pgettext_lazy("a courtesy", "Withdrawn")

    product = models.ForeignKey(Product, models.PROTECT, related_name="courtesies")
    kind = models.CharField(max_length=40)
    """A code of the policy's list of courtesies."""
    details = models.JSONField(default=dict)
    """Choices within the kind: channels, mobile device, line, bandwidth."""
    case_number = models.CharField(max_length=24, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    cost = MoneyField(default=0)
    """What it costs the operator for the whole span, as the policy had it: its list price where it names no cost."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    @property
    def last_day(self) -> dt.date:
        """The last day (La Paz) on which it is to run: of one that ends at midnight, the day before."""
        return clock.local(self.ends_at - dt.timedelta(seconds=1)).date()

    @known_words(status=Status)
    class Meta:
        verbose_name = _("courtesy")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="courtesy_ends_after_start"),
            models.UniqueConstraint(
                fields=["product"],
                name="courtesy_one_running",
                condition=Q(status__in=["scheduled", "active"]),
            ),
            models.UniqueConstraint(
                fields=["case_number"],
                name="courtesy_one_per_case",
                condition=~Q(case_number="") & ~Q(status="withdrawn"),
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="courtesy_to_start", condition=Q(status="scheduled")),
            models.Index(fields=["ends_at"], name="courtesy_to_end", condition=Q(status="active")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.product_id}"
