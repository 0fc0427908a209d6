"""Bills, claims on them, adjustments and payments (TMF678).

What a bill is worth follows from its parts: `total` = sum of its lines + its adjustments' credits.
An adjustment of an unbilled month is a credit on that bill; of an issued one a credit note on it;
of a paid one a credit on the customer's next bill.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.money import MoneyField
from arraigo.records import ExternalRecord, Record, known_words


class Bill(ExternalRecord):
    """What a customer owes for one month. `total`, `credited` and `paid` are kept with the parts."""

    class State(models.TextChoices):
        UNBILLED = "unbilled", _("Not issued yet")
        ISSUED = "issued", _("Issued")
        PAID = "paid", _("Paid")

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="bills")
    month = models.DateField()
    """First day of the month billed."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.UNBILLED)
    issued_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    total = MoneyField(default=0)
    """Sum of the lines, in Bs."""
    credited = MoneyField(default=0)
    """Sum of the credits applied to this bill, in Bs; never above `total`."""
    paid = MoneyField(default=0)
    """Sum of the payments on this bill, in Bs; never above `total - credited`."""

    @known_words(state=State)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("bill")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.UniqueConstraint(fields=["customer", "month"], name="bill_one_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="bill_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(total__gte=0, credited__gte=0, paid__gte=0) & Q(total__gte=F("credited") + F("paid")),
                name="bill_balances",
            ),
            models.CheckConstraint(
                condition=Q(state="unbilled") | Q(issued_on__isnull=False, due_on__isnull=False),
                name="bill_issued_has_dates",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="bill_due_after_issue"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(total=F("credited") + F("paid")), name="bill_paid_owes_nothing"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-month"]),
            # Billing's page sums hundreds of thousands of open bills: from the index alone.
            models.Index(
                fields=["month", "id", "total", "credited"], name="bill_unbilled", condition=Q(state="unbilled")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"


class BillLine(Record):
    """The charge of one product on a bill."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    product = models.ForeignKey("products.Product", models.PROTECT, null=True, related_name="bill_lines")
    description = models.CharField(max_length=120)
    amount = MoneyField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_line_not_negative"),
            models.UniqueConstraint(fields=["bill", "product"], name="bill_line_one_a_product"),
        ]

    def __str__(self) -> str:
        return self.description


class Payment(ExternalRecord):
    """Money received for one bill."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="payments")
    amount = MoneyField()
    paid_at = models.DateTimeField()
    channel = models.CharField(max_length=30, blank=True)

    class Meta(ExternalRecord.Meta):
        verbose_name = _("payment")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.paid_at}"


class BillingClaim(Record):
    """A billing claim (steps 4 and 13): asks billing to waive or compensate a product's month."""

    class Kind(models.TextChoices):
        BILL_WAIVER = "bill_waiver", _("Bill waiver")
        COMPENSATION = "compensation", _("Compensation")

    class State(models.TextChoices):
        ENTERED = "entered", _("Waiting for billing")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused by billing")
        CANCELLED = "cancelled", _("Cancelled")

    NOT_GIVEN = (State.REFUSED, State.CANCELLED)
    """States that give the customer nothing: billing refused the claim, or it was taken back."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    claim_type = models.CharField(max_length=80)
    """As billing knows it: "Retiro por Retención con Servicio de Ingeniería" (step 4.1)."""
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="billing_claims")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="billing_claims")
    month = models.DateField()
    amount = MoneyField()
    case_number = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ENTERED)
    needs_confirmation = models.BooleanField(default=False)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    """Why billing refused it."""

    placed: bool | None = None
    """Whether all of it stands on bills: known where it was applied just now, not kept (`queries.is_placed`)."""

    @known_words(kind=Kind, state=State)
    class Meta:
        verbose_name = _("billing claim")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_claim_positive"),
            models.CheckConstraint(condition=Q(month__day=1), name="billing_claim_month_is_first_day"),
            # Step 3.1: one of waiver or compensation per product and billing month.
            models.UniqueConstraint(
                fields=["product", "month"],
                name="billing_claim_no_stacking",
                condition=Q(state__in=["entered", "applied"]),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="billing_claim_refused_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["entered_at"], name="billing_claim_waiting", condition=Q(state="entered")),
            models.Index(fields=["-decided_at", "-id"], name="billing_claim_decided"),
            models.Index(fields=["case_number"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_void(self) -> bool:
        """Whether it waives a month that its product did not live to see, which is charged to nobody."""
        ended_on = None if self.product.is_alive else self.product.ended_on
        return self.kind == self.Kind.BILL_WAIVER and ended_on is not None and ended_on < self.month

    @property
    def may_be_corrected(self) -> bool:
        """Whether it gave the customer nothing, and could."""
        return self.state in self.NOT_GIVEN and not self.is_void


class Adjustment(Record):
    """The credit that an applied claim put on a bill (TMF678 appliedBillingCredit)."""

    class Form(models.TextChoices):
        ON_BILL = "on_bill", _("Adjusted on the bill")
        CREDIT_NOTE = "credit_note", _("Credit note")
        NEXT_BILL = "next_bill", _("Credit on the next bill")

    claim = models.OneToOneField(BillingClaim, models.PROTECT, related_name="adjustment")
    form = models.CharField(max_length=12, choices=Form.choices)
    number = models.CharField(max_length=24, unique=True)
    amount = MoneyField()
    applied_at = models.DateTimeField()

    @known_words(form=Form)
    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="adjustment_positive")]

    def __str__(self) -> str:
        return self.number


class Credit(Record):
    """The share of an adjustment that one bill carries; what does not fit goes to the next bill.

    `bill` is None while it waits for a bill that does not exist yet.
    """

    adjustment = models.ForeignKey(Adjustment, models.PROTECT, related_name="credits")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="credits")
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="credits")
    amount = MoneyField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="credit_positive")]
        indexes = [models.Index(fields=["customer"], name="credit_waiting", condition=Q(bill=None))]

    def __str__(self) -> str:
        return str(self.amount)


class BillingRun(Record):
    """The bills of one month, opened or issued together: batch by batch, gone on with by the sweep."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Opening")
        ISSUE = "issue", pgettext_lazy("what billing did", "Issue")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    month = models.DateField()
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    reached = models.BigIntegerField(default=0)
    """Key of the last customer, or of the last bill, that was looked at."""
    bills = models.PositiveIntegerField(default=0)
    total = MoneyField(default=0)
    """Sum of these bills before credits, in Bs."""
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stopped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who ended it before it was through."""

    @known_words(kind=Kind)
    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="billing_run_one_at_a_time", condition=Q(ended_at=None)),
            models.CheckConstraint(
                condition=Q(kind="open") | Q(issued_on__isnull=False, due_on__gte=F("issued_on")),
                name="billing_run_issue_has_dates",
            ),
        ]
        indexes = [models.Index(fields=["-started_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.month:%m/%Y}"

    @property
    def left_out(self) -> bool:
        """Whether it was only noted that the month was billed elsewhere."""
        return self.kind == self.Kind.OPEN and self.ended_at == self.started_at


class BillingCount(Record):
    """What a month still has to open, as it was counted: every product of every customer is looked at for it."""

    month = models.DateField(unique=True)
    bills = models.PositiveIntegerField()
    total = MoneyField()
    """Sum of these bills before credits, in Bs."""
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}: {self.bills}"
