"""Places: zones of the operator. Network points join them with the imports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Zone(models.Model):
    """A zone of a municipality, served by one operations centre."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    municipality = models.CharField(max_length=60)
    operations_center = models.ForeignKey("people.Unit", models.PROTECT, null=True, related_name="zones")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        ordering = ["municipality", "name"]
        verbose_name = _("zone")

    def __str__(self) -> str:
        return f"{self.name}, {self.municipality}"
