"""The monthly evaluation (step 15), what it stands on, and the heads' reviews of the indicator (III.2)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.eventlog import papers
from arraigo.people.models import Role
from arraigo.records import Record, known_words


class Judgement(Record):
    """Whether an accepted case was saved, judged once, at one moment for faults, products and claims.

    Judged a second time (`again`) where it was saved: 60 days later, by the policy's values.
    """

    class Because(models.TextChoices):
        SAVED = "saved", _("Saved: product alive, no new fault, controls passed")
        LEFT = "left", _("Left in spite of having accepted")
        CONTROL_FAILED = "control_failed", _("A quality control failed")
        NOT_REACHED = "not_reached", _("Not reached in a quality control")
        NOT_GIVEN = "not_given", _("Billing refused what was accepted, and nothing else was given")
        PRODUCT_GONE = "product_gone", _("A product has ended")
        LEAVING = "leaving", _("Has asked for the termination again")
        NEW_FAULT = "new_fault", _("A new fault")

    case = models.ForeignKey("retention.RetentionCase", models.PROTECT, related_name="judgements")
    again = models.BooleanField(default=False)
    since = models.DateTimeField()
    """From when on a new fault counts: the visit's end, or the acceptance where there was no visit."""
    at = models.DateTimeField()
    """The moment it is judged as of, which is not later than when it was written down."""
    saved = models.BooleanField()
    because = models.CharField(max_length=16, choices=Because.choices)
    detail = models.CharField(max_length=160, blank=True)
    """The numbers of the ticket or product that decided it."""

    @known_words(because=Because)
    class Meta:
        verbose_name = _("judgement of a retention")
        constraints = [
            models.UniqueConstraint(fields=["case", "again"], name="judgement_once"),
            models.CheckConstraint(
                condition=Q(saved=True, because="saved") | Q(saved=False) & ~Q(because="saved"),
                name="judgement_saved_says_why",
            ),
        ]
        indexes = [models.Index(fields=["again", "at"], name="judgement_month")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.because}"


class LiveBase(Record):
    """How many products were alive when a month began: what the month's terminations are set against."""

    month = models.DateField(unique=True)
    products = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.products}"


class MonthlyReport(Record):
    """The report of a month to the heads of division (III.2); each one's e-mail or notice says who has got it."""

    month = models.DateField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Evaluation(Record):
    """Commercial management's signed evaluation of one month. Cannot change once signed."""

    month = models.DateField(unique=True)
    figures = models.JSONField()
    """As shown when it was signed (`figures.MonthFigures`; amounts as text in Bs)."""
    findings = models.TextField()
    decisions = models.TextField()
    reformulate = models.BooleanField(default=False)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    log_count = models.BigIntegerField()
    log_head = models.CharField(max_length=64)
    """Count and head of the sealed event log at the signature."""
    pdf = models.BinaryField(default=b"")
    """The signed paper itself, PDF/A; empty for what was signed before papers were kept."""
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    completed_at = models.DateTimeField(null=True)
    """When step 15 of every waiting case was completed; None while the loop has cases left."""

    class Meta:
        verbose_name = _("evaluation")
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="evaluation_month_is_first_day")]

    def digest(self) -> str:
        """SHA-256 over everything that was signed beside the paper: figures, words, who, when, head of the log."""
        signed = [f"{self.month:%Y-%m}", self.figures, self.findings, self.decisions, self.reformulate]
        return papers.digest(
            [*signed, self.signed_at.astimezone(dt.UTC).isoformat(), self.signed_by_id, self.log_count, self.log_head]
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Sign. What was signed once never changes: TypeError."""
        if not self._state.adding:
            raise TypeError(f"The evaluation of {self} is signed: it cannot change.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """What was signed stays: TypeError."""
        raise TypeError(f"The evaluation of {self} is signed: it cannot be deleted.")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class IndicatorReview(Record):
    """A head's monthly review of the indicator."""

    month = models.DateField()
    role = models.CharField(
        max_length=30,
        choices=[(role.value, role.label) for role in (Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES)],
    )
    comment = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    @known_words(role=[Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES])
    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "role"], name="indicator_review_unique")]
        verbose_name = _("review of the indicator")

    def digest(self) -> str:
        """SHA-256 over what the head wrote, for which month, as whom and when: the signed evaluation prints it."""
        at = self.at.astimezone(dt.UTC).isoformat()
        return papers.digest([f"{self.month:%Y-%m}", self.role, self.comment, at, self.by_id])

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.role}"
