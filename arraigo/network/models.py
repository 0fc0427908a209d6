"""Places: zones of the operator, and the points of its network in them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from arraigo.records import ExternalRecord, Record, known_words


class Zone(Record):
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


class NetworkPoint(ExternalRecord):
    """A place of the network that something hangs on: cabinet → splitter → port → drop (TMF639 resource)."""

    class Kind(models.TextChoices):
        CABINET = "cabinet", _("Cabinet")
        SPLITTER = "splitter", _("Splitter")
        PORT = "port", _("Port")
        DROP = "drop", _("Drop")

    ORDER = (Kind.CABINET, Kind.SPLITTER, Kind.PORT, Kind.DROP)
    """A point hangs on one that stands before it here."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    """What it hangs on; nothing for the first of a line."""
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, blank=True, related_name="network_points")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    """How many things can hang on it."""

    @known_words(kind=Kind)
    class Meta(ExternalRecord.Meta):
        verbose_name = _("network point")
        verbose_name_plural = _("network points")
        constraints = [
            *ExternalRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(parent=F("id")), name="network_point_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"
