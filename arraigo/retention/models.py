"""The retention case and what its steps leave behind that is no record of another package."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.money import MoneyField
from arraigo.orders.models import WorkOrder
from arraigo.records import Record, known_words
from arraigo.retention.calls import ProactiveCall as ProactiveCall

if TYPE_CHECKING:
    from arraigo.money import OptionalMoney


AFTER_NO = Q(closed_at=None, firm_no_at__isnull=False, firm_no_ended_at=None)
"""Of cases: those in whose conversation a firm "no" was said."""
REOPENED = Q(closed_at=None, reopened__gt=0)
"""Of cases: open ones with failed controls."""


class Reason(models.TextChoices):
    """Why the customer wants to leave (steps 2 and 11)."""

    FAULTS = "faults", _("Faults")
    COMPENSATION = "compensation", _("Demands compensation")
    BETTER_OFFER = "better_offer", _("Better offer of a competitor")
    PRICE = "price", _("Price")
    MOVING = "moving", _("Moving")
    NO_USE = "no_use", _("No use")
    DEATH = "death", _("Death")
    OTHER = "other", _("Other")


class RetentionCase(Record):
    """A customer asks to leave; one case per request, with its affected products (TMF701)."""

    class Channel(models.TextChoices):
        OFFICE = "office", _("Office")
        PHONE = "phone", _("Phone")
        WHATSAPP = "whatsapp", _("WhatsApp")
        EMAIL = "email", _("E-mail")

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        ACCEPTED = "accepted", _("Accepted, waiting for evaluation")
        EVALUATED = "evaluated", _("Evaluated")
        TERMINATION = "termination", _("Termination registered")
        ORDINARY_INCIDENT = "ordinary_incident", _("Stays without an offer")
        CLOSED_ELSEWHERE = "closed_elsewhere", _("Closed for another reason")

    number = models.CharField(max_length=24, unique=True)
    instance = models.OneToOneField("engine.Instance", models.PROTECT, related_name="case")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="cases")
    products = models.ManyToManyField("products.Product", related_name="cases")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    reason = models.CharField(max_length=14, choices=Reason.choices)
    reason_detail = models.CharField(max_length=24, blank=True)
    """A code of the policy's details of that reason; empty where none was said."""
    words = models.TextField(blank=True)
    """What the customer said, in the customer's words."""
    contact_phone = models.CharField(max_length=20, blank=True)
    competitor = models.CharField(max_length=60, blank=True)
    """Which operator offers something better."""
    competitor_offer = models.CharField(max_length=160, blank=True)
    """What it offers, in the customer's words."""
    competitor_price: "OptionalMoney" = MoneyField(null=True)  # type: ignore[assignment, misc]
    """What it asks a month, in Bs."""
    proactive = models.BooleanField(default=False)
    """Opened by calling a customer who had not asked to leave yet."""
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.RUNNING)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases")
    team = models.ForeignKey("people.Unit", models.PROTECT, related_name="cases")
    opened_at = models.DateTimeField()
    firm_no_at = models.DateTimeField(null=True)
    """When the customer first said a firm "no": leaving is not obstructed from here on."""
    firm_no_ended_at = models.DateTimeField(null=True)
    """When the conversation ended after it: the baja was registered, or an offer accepted all the same."""
    accepted_at = models.DateTimeField(null=True)
    """When an offer was accepted at the desk (the last one, where several were)."""
    reopened = models.PositiveSmallIntegerField(default=0)
    """How many controls failed."""
    closed_at = models.DateTimeField(null=True)

    current_order: WorkOrder | None = None
    """The latest work order, once `visits.current_order` read it."""

    @known_words(channel=Channel, reason=Reason, outcome=Outcome)
    class Meta:
        verbose_name = _("retention case")
        constraints = [
            models.UniqueConstraint(fields=["customer"], name="case_one_open_a_customer", condition=Q(closed_at=None)),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome__in=["running", "accepted"])
                | Q(closed_at__isnull=False) & ~Q(outcome__in=["running", "accepted"]),
                name="case_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(firm_no_ended_at=None) | Q(firm_no_at__isnull=False, firm_no_ended_at__gte=F("firm_no_at")),
                name="case_firm_no_ends_after_it",
            ),
            models.CheckConstraint(
                condition=Q(competitor_price=None) | Q(competitor_price__gte=0), name="case_competitor_price"
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at"]),
            models.Index(fields=["outcome", "accepted_at"]),
            models.Index(fields=["accepted_at"], name="case_accepted"),
            models.Index(fields=["closed_at"], name="case_closed"),
            models.Index(
                fields=["firm_no_at"],
                name="case_firm_no",
                condition=AFTER_NO,
            ),
            models.Index(
                fields=["-reopened", "opened_at"],
                name="case_reopened",
                condition=REOPENED,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def better_offer(self) -> str:
        """What the competitor offers, in one line; empty where nothing was said."""
        price = ""
        if self.competitor_price is not None:
            price = f"Bs\N{NO-BREAK SPACE}{number_format(self.competitor_price, 2, force_grouping=True)}"
        return " · ".join(filter(None, [self.competitor, self.competitor_offer, price]))


class BackgroundReview(Record):
    """What step 1 was judged on."""

    case = models.ForeignKey(RetentionCase, models.PROTECT, related_name="reviews")
    withdrawn_for_arrears = models.BooleanField()
    credit_listed = models.BooleanField()
    category = models.CharField(max_length=12)
    average_billing = MoneyField()
    debt = MoneyField()
    eligible = models.BooleanField()
    vip = models.BooleanField()
    because = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.case_id}"


class Override(Record):
    """The head of team lets an ineligible customer be offered something, or does not (1.1)."""

    case = models.ForeignKey(RetentionCase, models.PROTECT, related_name="overrides")
    granted = models.BooleanField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.case_id}"


class RepeatFaultVerdict(Record):
    """The verdict of step 2 on one affected product, with the tickets behind it."""

    case = models.ForeignKey(RetentionCase, models.PROTECT, related_name="verdicts")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="+")
    repeat_fault = models.BooleanField()
    fault_count = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=20)
    because = models.TextField()
    tickets = models.ManyToManyField("tickets.TroubleTicket", related_name="verdicts")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "product"], name="verdict_unique")]
        indexes = [models.Index(fields=["case", "repeat_fault"], name="verdict_branch")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.product_id}"


class Offer(Record):
    """Something offered to keep the customer (steps 3, 12, 14 and the transfer), and the answer."""

    class Kind(models.TextChoices):
        BILL_WAIVER = "bill_waiver", _("Bill waiver")
        COMPENSATION = "compensation", _("Compensation")
        COURTESY = "courtesy", _("Courtesy")
        TRANSFER = "transfer", _("Transfer of the service")

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("an offer", "Accepted")
        REFUSED = "refused", pgettext_lazy("an offer", "Refused")
        UNDONE = "undone", pgettext_lazy("an offer", "Taken back")

    class Approval(models.TextChoices):
        NOT_NEEDED = "not_needed", _("Within authority")
        WAITING = "waiting", _("Waiting for approval")
        APPROVED = "approved", pgettext_lazy("an offer", "Approved")
        REFUSED = "refused", pgettext_lazy("an offer", "Not approved")

    case = models.ForeignKey(RetentionCase, models.PROTECT, related_name="offers")
    element = models.CharField(max_length=60)
    """The step that offered it: `step_03`, `step_12` …"""
    kind = models.CharField(max_length=12, choices=Kind.choices)
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="offers")
    month = models.DateField(null=True)
    """Billing month of a waiver or compensation."""
    days = models.PositiveSmallIntegerField(null=True)
    """Days affected, of a pro rata compensation."""
    amount = MoneyField(default=0)
    courtesy_kind = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)
    answer = models.CharField(max_length=8, choices=Answer.choices)
    firm_no = models.BooleanField(default=False)
    approval = models.CharField(max_length=10, choices=Approval.choices, default=Approval.NOT_NEEDED)
    approval_reason = models.TextField(blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    claim = models.OneToOneField("billing.BillingClaim", models.PROTECT, null=True, related_name="offer")
    courtesy = models.OneToOneField("products.Courtesy", models.PROTECT, null=True, related_name="offer")

    @known_words(kind=Kind, answer=Answer, approval=Approval)
    class Meta:
        indexes = [models.Index(fields=["case", "id", "kind", "answer", "approval"], name="offer_taken"),
                   models.Index(fields=["offered_at"], name="offer_month")]  # fmt: skip
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="offer_not_negative")]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"


class Promise(Record):
    """Something the operator promised, with owner, due time and proof."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Technical visit within 24 hours")
        BILL_WAIVER = "bill_waiver", _("Month not charged")
        COMPENSATION = "compensation", _("Compensation on the bill")
        COURTESY = "courtesy", _("Courtesy without cost")
        TRANSFER = "transfer", _("Transfer of the service")
        INCIDENT = "incident", _("Repair as an ordinary incident")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Broken")
        CANCELLED = "cancelled", _("Cancelled")

    case = models.ForeignKey(RetentionCase, models.PROTECT, related_name="promises")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="promises")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField()
    """As read back to the customer."""
    role = models.CharField(max_length=30)
    """Who owes it, as a role."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=160, blank=True)
    """Number of the record that proves it: the adjustment, the signed work order, the courtesy."""
    reminded_at = models.DateTimeField(null=True)
    """When the case's owner was told that it falls due."""
    late_told_at = models.DateTimeField(null=True)
    """When it was told that it is late."""

    @known_words(kind=Kind, state=State)
    class Meta:
        constraints = [
            models.CheckConstraint(name="promise_end_has_time",
                condition=Q(state="open", ended_at=None) | ~Q(state="open") & Q(ended_at__isnull=False)),
            models.CheckConstraint(condition=Q(due_at__gte=F("made_at")), name="promise_due_after_made"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["due_at"], name="promise_open", condition=Q(state="open")),
            models.Index(fields=["ended_at"], name="promise_ended"), models.Index(fields=["case", "id"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


class Receipt(Record):
    """A numbered proof for the customer (constancia): of a promise or of a baja."""

    class Kind(models.TextChoices):
        PROMISE = "promise", _("What was promised")
        TERMINATION = "termination", _("Termination")

    number = models.CharField(max_length=24, unique=True)
    case = models.ForeignKey(RetentionCase, models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    @known_words(kind=Kind)
    class Meta: ...

    def __str__(self) -> str:
        return self.number

    @property
    def undone_at(self) -> dt.datetime | None:
        """When what it certifies was taken back; it is not valid since then."""
        at = self.data.get("undone_at")
        return dt.datetime.fromisoformat(at) if at else None
