"""Trouble tickets and mass outages (TMF621)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from arraigo.money import MoneyField
from arraigo.records import ExternalRecord, Record, known_words


class Outage(ExternalRecord):
    """A declared mass outage; its tickets count once towards a repeat fault."""

    name = models.CharField(max_length=120)
    zone = models.ForeignKey("network.Zone", models.PROTECT, null=True, related_name="outages")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta(ExternalRecord.Meta):
        verbose_name = _("outage")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="outage_ends_after_begin"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TroubleTicket(ExternalRecord):
    """A fault that a customer reported on a product (TMF621 troubleTicket)."""

    class Type(models.TextChoices):
        FAULT = "fault", _("Fault")
        COMPLAINT = "complaint", _("Complaint")
        INQUIRY = "inquiry", _("Inquiry")

    class Status(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        REJECTED = "rejected", _("Rejected")
        PENDING = "pending", _("Pending")
        HELD = "held", _("Held")
        IN_PROGRESS = "inProgress", _("In progress")
        CANCELLED = "cancelled", _("Cancelled")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Symptom(models.TextChoices):
        """What the customer suffers."""

        NO_SIGNAL = "no_signal", _("No signal")
        CUTS = "cuts", _("Frequent cuts")
        UNSTABLE = "unstable", _("Unstable signal")
        SLOW = "slow", _("Slow")
        WIFI = "wifi", _("Wi-Fi coverage")
        TV = "tv", _("Television")
        PHONE = "phone", _("Telephone")
        OTHER = "other", _("Other")

    TRANSITIONS: dict[str, tuple[str, ...]] = {
        "acknowledged": ("inProgress", "rejected", "cancelled"),
        "inProgress": ("held", "pending", "resolved", "cancelled"),
        "held": ("inProgress",),
        "pending": ("inProgress", "cancelled"),
        "resolved": ("closed", "inProgress"),
        "rejected": (),
        "cancelled": (),
        "closed": (),
    }
    """TMF621: from state → states that may follow."""
    NOT_COUNTABLE = (Status.REJECTED, Status.CANCELLED)
    SOLVED = (Status.RESOLVED, Status.CLOSED)

    number = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="tickets")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="tickets")
    type = models.CharField(max_length=10, choices=Type.choices, default=Type.FAULT)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACKNOWLEDGED)
    symptom = models.CharField(max_length=40, blank=True)
    """One of `Symptom`; empty where nobody asked."""
    description = models.TextField(blank=True)
    resolution = models.TextField(blank=True)
    outage = models.ForeignKey(Outage, models.PROTECT, null=True, blank=True, related_name="tickets")
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    disputed_at = models.DateTimeField(null=True, blank=True)
    """The customer says that the resolution did not hold."""
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    @known_words(type=Type, status=Status)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("trouble ticket")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("opened_at")),
                name="ticket_resolved_after_opened",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["resolved", "closed"]) | Q(resolved_at__isnull=False),
                name="ticket_resolved_has_time",
            ),
        ]
        indexes = [
            # The history over all products reads this index alone, in the order of its window (PostgreSQL;
            # SQLite leaves the included columns out).
            models.Index(
                fields=["product", "opened_at", "id"],
                include=["resolved_at", "outage"],
                name="ticket_faults",
                condition=Q(type="fault") & ~Q(status__in=["rejected", "cancelled"]),
            ),
            models.Index(fields=["customer", "-opened_at"]),
        ]

    came_back = False
    """Of a fault since a visit: it is older than the visit, whose repair did not hold (`retention.controls`)."""

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status not in (*self.NOT_COUNTABLE, *self.SOLVED)


def way(before: str, after: str) -> list[str]:
    """The states through which a ticket gets from one state to another by TMF621's transitions, the shortest
    way, ending with `after`; empty where there is none."""
    ways = [[each] for each in TroubleTicket.TRANSITIONS[before]]
    reached = {each for (each,) in ways}
    for found in ways:
        if found[-1] == after:
            return found
        following = [each for each in TroubleTicket.TRANSITIONS[found[-1]] if each not in reached]
        reached.update(following)
        ways += [[*found, each] for each in following]
    return []


def may_come_to(before: str, after: str) -> bool:
    """Whether a ticket can get from one state to another by TMF621's transitions, one or several of them."""
    return bool(way(before, after))


class TicketChange(Record):
    """One change of state of a ticket."""

    ticket = models.ForeignKey(TroubleTicket, models.PROTECT, related_name="changes")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Interaction(Record):
    """A follow-up on a ticket that exists: it does not count as a claim of its own."""

    ticket = models.ForeignKey(TroubleTicket, models.PROTECT, related_name="interactions")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=12)
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.channel} {self.at}"


class ConfirmedSolution(Record):
    """The customer said to an advisor, or in the control after the visit, that the faults of a product up to a
    moment are really solved."""

    product = models.ForeignKey("products.Product", models.PROTECT, related_name="confirmed_solutions")
    ticket = models.ForeignKey(TroubleTicket, models.PROTECT, related_name="confirmed_solutions")
    """The last ticket that the confirmation covers."""
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["product", "-at"])]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="confirmed_solution_has_reason")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.at}"


class RepeatFaultFinding(Record):
    """A repeated fault of a customer's product as the last look over all products found it.

    It is only a list of whom to look at: what is shown is judged again when it is shown.
    """

    product = models.OneToOneField("products.Product", models.CASCADE, related_name="repeat_fault_finding")
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="repeat_fault_findings")
    fault_count = models.PositiveSmallIntegerField()
    last_fault_at = models.DateTimeField()
    value = MoneyField()
    """What all products of the customer cost in a month, in Bs: what is at stake."""
    vip = models.BooleanField()
    found_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-vip", "-value", "id"], name="finding_order")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.found_at}"
