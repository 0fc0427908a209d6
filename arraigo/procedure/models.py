"""Versions of the procedure: document control around an engine definition."""

from django.conf import settings
from django.db import models

from arraigo.engine.models import Definition
from arraigo.records import Record


class ProcedureVersion(Record):
    """Diagram + decisions + policy, published together; every case keeps the one it obeys."""

    definition = models.OneToOneField(Definition, models.PROTECT, primary_key=True, related_name="version")
    title = models.CharField(max_length=200)
    document_date = models.CharField(max_length=40)
    """As the document gives it: "Marzo 2021"."""
    prepared_by = models.JSONField(default=list)
    approved_by = models.CharField(max_length=200)
    policy_text = models.TextField()
    """`policy.toml` as published, with the source step and reason of every value."""
    sentences = models.JSONField(default=dict)
    """What the document says, word for word, by its own numbering; empty in versions published without them."""
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], name="procedure_one_current", condition=models.Q(is_current=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.definition)
