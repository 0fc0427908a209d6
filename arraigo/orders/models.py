"""Product orders (TMF622) and work orders (TMF697)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo import clock
from arraigo.money import MoneyField
from arraigo.records import Record, known_words


class OrderState(models.TextChoices):
    """States of TMF622 and TMF697."""

    ACKNOWLEDGED = "acknowledged", pgettext_lazy("an order", "Acknowledged")
    REJECTED = "rejected", pgettext_lazy("an order", "Rejected")
    PENDING = "pending", pgettext_lazy("an order", "Paused")
    HELD = "held", pgettext_lazy("an order", "Paused")
    IN_PROGRESS = "inProgress", _("In progress")
    CANCELLED = "cancelled", pgettext_lazy("an order", "Cancelled")
    COMPLETED = "completed", pgettext_lazy("an order", "Completed")
    FAILED = "failed", pgettext_lazy("an order", "Not solved")
    PARTIAL = "partial", _("Partial")
    ASSESSING_CANCELLATION = "assessingCancellation", _("Assessing cancellation")
    PENDING_CANCELLATION = "pendingCancellation", _("Pending cancellation")


ENDED = ("rejected", "cancelled", "completed", "failed", "partial")


class ProductOrder(Record):
    """A request on a product: the zero-priced Engineering Service, a courtesy, a transfer."""

    class Kind(models.TextChoices):
        ENGINEERING_SERVICE = "engineering_service", _("Engineering Service")
        COURTESY = "courtesy", _("Courtesy")
        TRANSFER = "transfer", _("Transfer of the service")

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="product_orders")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="product_orders")
    case_number = models.CharField(max_length=24, blank=True)
    payment_terms = models.CharField(max_length=20, blank=True)
    price = MoneyField(default=0)
    state = models.CharField(max_length=22, choices=OrderState.choices, default=OrderState.ACKNOWLEDGED)
    details = models.JSONField(default=dict)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    @known_words(kind=Kind, state=OrderState)
    class Meta:
        verbose_name = _("product order")
        indexes = [models.Index(fields=["case_number"])]

    def __str__(self) -> str:
        return self.number


class WorkOrder(Record):
    """A field job (OT) with its 24 hours (steps 5–8)."""

    number = models.CharField(max_length=24, unique=True)
    product_order = models.ForeignKey(ProductOrder, models.PROTECT, related_name="work_orders")
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="following")
    """The order that could not be solved and that this one follows with priority."""
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="work_orders")
    case_number = models.CharField(max_length=24, blank=True)
    zone = models.ForeignKey("network.Zone", models.PROTECT, null=True, related_name="work_orders")
    operations_center = models.ForeignKey("people.Unit", models.PROTECT, null=True, related_name="work_orders")
    activity_code = models.CharField(max_length=20)
    activity_name = models.CharField(max_length=80)
    note = models.TextField()
    """The glosa, verbatim, with its month and phone filled in (step 5.3)."""
    contact_phone = models.CharField(max_length=20)
    products = models.ManyToManyField("products.Product", related_name="work_orders")
    """All affected products of the one visit."""
    tickets = models.ManyToManyField("tickets.TroubleTicket", related_name="work_orders")
    """The originating tickets: kept linked, though the order is no fault (step 5.1)."""
    state = models.CharField(max_length=22, choices=OrderState.choices, default=OrderState.ACKNOWLEDGED)
    priority = models.PositiveSmallIntegerField(default=0)
    technician = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="work_orders")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    hours = models.PositiveSmallIntegerField(default=24)
    """The promised hours by the wall clock, from the creation."""
    due_at = models.DateTimeField()
    """Created + `hours`, moved on by evidenced pauses."""
    closed_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=60, blank=True)
    """Why it could not be solved on site."""

    @known_words(state=OrderState)
    class Meta:
        verbose_name = _("work order")
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("created_at")), name="work_order_due_after_created"),
            models.CheckConstraint(
                condition=Q(closed_at=None, state__in=["acknowledged", "pending", "held", "inProgress"])
                | Q(
                    closed_at__isnull=False,
                    state__in=["rejected", "cancelled", "completed", "failed", "partial"],
                ),
                name="work_order_closed_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(cause=""), name="work_order_failed_has_cause"),
            models.UniqueConstraint(
                fields=["customer"], name="work_order_one_open_a_customer", condition=Q(closed_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["operations_center", "due_at"], name="work_order_open", condition=Q(closed_at=None)),
            models.Index(fields=["due_at"], name="work_order_due", condition=Q(closed_at=None)),
            models.Index(fields=["case_number"]),
        ]

    def __str__(self) -> str:
        return self.number


class Pause(Record):
    """A stretch that the 24 h do not count: the customer absent or asking for later, evidenced."""

    class Reason(models.TextChoices):
        ABSENT = "absent", _("Customer absent")
        LATER = "later", _("Customer asked for a later time")

    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    evidence = models.TextField()
    photo = models.ForeignKey("fieldwork.Attachment", models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """For when the customer asked: the 24 h run on from there by themselves."""
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    @known_words(reason=Reason)
    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="pause_has_evidence"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="pause_ends_after_begin"
            ),
            models.UniqueConstraint(fields=["work_order"], name="pause_one_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.reason}"

    @property
    def wanted_at(self) -> dt.datetime | None:
        """The hour for which the customer asked; none once the 24 hours ran on before it."""
        return self.until if self.until and (self.ended_at is None or self.ended_at >= self.until) else None

    @property
    def words(self) -> str:
        """The evidence without the hour that `until` says."""
        hour = f" · {clock.local(self.until):%d/%m/%Y %H:%M}" if self.until else ""
        return self.evidence.replace(hour, "", 1)

    def stood(self, now: dt.datetime) -> dt.timedelta:
        """For how long the 24 hours have stood still at `now`."""
        return max(min(self.ended_at or now, self.until or now), self.began_at) - self.began_at


class Escalation(Record):
    """A part of the 24 hours is gone and people were told so: each part once for an order (step 7)."""

    work_order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="escalations")
    percent = models.PositiveSmallIntegerField()
    """Of the promised hours, pauses left out: 50, 75, 100."""
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work_order", "percent"], name="escalation_once")]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.percent} %"
