"""The calls of the morning list."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from arraigo.records import Record, known_words


class ProactiveCall(Record):
    """A call to a customer with a repeated fault who had not asked to leave: one a customer and day of La Paz."""

    class Outcome(models.TextChoices):
        CALLING = "calling", pgettext_lazy("a call", "Calling")
        CASE = "case", pgettext_lazy("a call", "Retention opened")
        CONTENT = "content", pgettext_lazy("a call", "Needs nothing")
        NOT_REACHED = "not_reached", pgettext_lazy("a call", "Not reached")

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="proactive_calls")
    day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="proactive_calls")
    team = models.ForeignKey("people.Unit", models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.CALLING)
    note = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    @known_words(outcome=Outcome)
    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "day"], name="proactive_call_one_a_day")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"
