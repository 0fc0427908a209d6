"""The calendar of the operator: holidays, and the demo clock's offset."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from arraigo.records import Record


class Holiday(Record):
    """A day on which no control call is made. Editable: the first filling is only a proposal."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class ClockOffset(Record):
    """How far a demo database's clock stands ahead of the wall clock. Refused in production."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    ahead = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_offset_single_row")]
