"""What lies on an advisor's desk beside the tasks: calls to make, what was typed, who else is here."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import Record, known_words


class Callback(Record):
    """A call to the customer of a case that somebody is to make at a time."""

    class Cause(models.TextChoices):
        AGREED = "agreed", _("Agreed with the customer")
        CLAIM_REFUSED = "claim_refused", _("Billing refused the claim")

    case = models.ForeignKey("retention.RetentionCase", models.PROTECT, related_name="callbacks")
    cause = models.CharField(max_length=14, choices=Cause.choices, default=Cause.AGREED)
    due_at = models.DateTimeField()
    note = models.TextField(blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="callbacks")
    """Who calls."""
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    """When the person was told that it is due."""
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(blank=True)

    @known_words(cause=Cause)
    class Meta:
        indexes = [
            models.Index(fields=["person", "due_at"], name="callback_open", condition=Q(done_at=None)),
            models.Index(fields=["due_at"], name="callback_untold", condition=Q(done_at=None, told_at=None)),
            models.Index(fields=["case", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due_at}"


class Draft(Record):
    """What somebody typed into the form of a page and has not sent yet."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    page = models.CharField(max_length=200)
    """The path of the page whose form it is."""
    text = models.TextField()
    """The fields, as a query string."""
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="draft_one_a_page")]
        indexes = [models.Index(fields=["saved_at"])]

    def __str__(self) -> str:
        return self.page


class Presence(Record):
    """Somebody has the page of a case or a customer open; it is over when it is not told again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    place = models.CharField(max_length=80)
    """`case:RET-2026-000001`, `customer:100022`."""
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="presence_one_a_place")]
        indexes = [models.Index(fields=["place", "seen_at"]), models.Index(fields=["seen_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.place}"
