"""Mass outages: their tickets count once towards a repeated fault."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from arraigo.imports import references
from arraigo.imports.fields import Past, Row
from arraigo.imports.landing import Parsed, Setting, Tally, given, known, tally_of, upsert
from arraigo.tickets.models import Outage


class OutageRow(Row):
    name: str = Field(min_length=1, max_length=120)
    zone: str = Field(default="", max_length=40)
    """Code of a zone."""
    began_at: Past
    ended_at: Past | None = None

    @model_validator(mode="after")
    def _times(self) -> "OutageRow":
        if self.ended_at and self.ended_at < self.began_at:
            raise ValueError(_("ended_at lies before began_at"))
        return self


def land(batch: Sequence[Parsed[OutageRow]], setting: Setting) -> Tally:
    """Bring a batch of outages in, inside the caller's transaction."""
    tally = Tally()
    zones = references.zones_of([each.row.zone for each in batch], setting)
    batch = known(batch, "zone", zones, tally)
    wanted = {p.row.external_id: _values(p.row, zones) for p in batch}
    tally.add(tally_of(upsert(Outage, setting, wanted, natural=("name", "began_at")), batch))
    return tally


def _values(row: OutageRow, zones: dict[str, int]) -> dict[str, Any]:
    values = {"name": row.name, "began_at": row.began_at, **given(row, ["ended_at"])}
    return values | ({"zone_id": zones[row.zone]} if row.zone else {})


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` outages behind the key `after`, as rows."""
    for outage in Outage.objects.filter(pk__gt=after).select_related("zone").order_by("pk")[:many]:
        yield outage.pk, {
            "source": outage.source, "external_id": outage.external_id or references.outage_id(outage),
            "name": outage.name, "zone": outage.zone.code if outage.zone else "",
            "began_at": outage.began_at, "ended_at": outage.ended_at,
        }  # fmt: skip
