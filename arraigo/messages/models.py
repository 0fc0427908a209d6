"""Notices to staff inside the product."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from arraigo.messages import sentences


class Notice(models.Model):
    """Something a member of staff should know. Shown until read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=40)
    """`case.closed_elsewhere`, `claim.refused`, `work_order.failed`, `control.failed` …"""
    data = models.JSONField(default=dict)
    """What the sentence of this kind needs: case number, names, amounts as text."""
    case_number = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="notice_unread", condition=Q(read_at=None))]

    def __str__(self) -> str:
        return self.kind

    @property
    def sentence(self) -> str:
        """What the notice says, in the reader's language."""
        return sentences.sentence(self.kind, self.data, self.case_number)
