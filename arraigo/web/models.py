"""What the pages remember of a person."""

from django.conf import settings
from django.db import models

from arraigo.records import Record


class ListChoice(Record):
    """How a person last sorted and filtered a list, as the query of its address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="list_choices")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="list_choice_unique")]

    def __str__(self) -> str:
        return f"{self.name}?{self.query}"
