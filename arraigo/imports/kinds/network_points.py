"""Points of the network: cabinets, splitters, ports and drops, each after what it hangs on."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field

from arraigo.imports import references
from arraigo.imports.fields import Degrees, Row, Whole
from arraigo.imports.landing import (
    Parsed,
    Setting,
    Tally,
    given,
    known,
    number_claim,
    numbers_free,
    short,
    tally_of,
    upsert,
)
from arraigo.network.models import NetworkPoint

NATURAL = ("code",)
GIVEN = ("name", "latitude", "longitude", "capacity")


class NetworkPointRow(Row):
    code: str = Field(default="", max_length=40)
    """Empty: the external id."""
    kind: NetworkPoint.Kind
    name: str = Field(default="", max_length=80)
    parent: str = Field(default="", max_length=80)
    """External id, or code, of what it hangs on."""
    zone: str = Field(default="", max_length=40)
    """Code of a zone."""
    latitude: Degrees | None = Field(default=None, ge=-90, le=90)
    longitude: Degrees | None = Field(default=None, ge=-180, le=180)
    capacity: Whole | None = None

    @property
    def claims(self) -> tuple[str, ...]:
        return number_claim(self.external_id), number_claim(_code(self))

    @property
    def needs(self) -> tuple[str, ...]:
        return (number_claim(self.parent),) if self.parent else ()


def land(batch: Sequence[Parsed[NetworkPointRow]], setting: Setting) -> Tally:
    """Bring a batch of points in, inside the caller's transaction: the kinds in the order in which they hang."""
    tally = Tally()
    batch = numbers_free(NetworkPoint, setting.source, batch, [_code(p.row) for p in batch], tally, field="code")
    zones = references.zones_of([each.row.zone for each in batch], setting)
    batch = known(batch, "zone", zones, tally)
    for kind in NetworkPoint.ORDER:
        _land_kind([each for each in batch if each.row.kind == kind], zones, setting, tally)
    return tally


def _land_kind(batch: Sequence[Parsed[NetworkPointRow]], zones: dict[str, int], setting: Setting, tally: Tally) -> None:
    if not batch:
        return
    parents = references.points_of([each.row.parent for each in batch], setting)
    batch = known(batch, "parent", parents, tally)
    kinds = dict(NetworkPoint.objects.filter(pk__in=parents.values()).values_list("pk", "kind"))
    batch = [each for each in batch if _hangs_right(each, kinds.get(parents.get(each.row.parent, 0), ""), tally)]
    wanted = {p.row.external_id: _values(p.row, parents, zones) for p in batch}
    tally.add(tally_of(upsert(NetworkPoint, setting, wanted, natural=NATURAL), batch))


def _hangs_right(each: Parsed[NetworkPointRow], parent_kind: str, tally: Tally) -> bool:
    row = each.row
    order = [str(kind) for kind in NetworkPoint.ORDER]
    if not parent_kind or order.index(parent_kind) < order.index(row.kind):
        return True
    named = {"kind": row.kind.label, "parent": NetworkPoint.Kind(parent_kind).label}
    sentence = _("“%(kind)s” does not hang on “%(parent)s”") % named
    tally.reject(each.raw.line, [("parent", row.parent, sentence)])
    return False


def _code(row: NetworkPointRow) -> str:
    return row.code or short(row.external_id, 40)


def _values(row: NetworkPointRow, parents: dict[str, int], zones: dict[str, int]) -> dict[str, Any]:
    values = {"code": _code(row), "kind": row.kind.value, **given(row, GIVEN)}
    values |= {"parent_id": parents[row.parent]} if row.parent else {}
    return values | ({"zone_id": zones[row.zone]} if row.zone else {})


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` points behind the key `after`, as rows."""
    rows = NetworkPoint.objects.filter(pk__gt=after).select_related("parent", "zone").order_by("pk")
    for point in rows[:many]:
        yield point.pk, {
            "source": point.source, "external_id": point.external_id or point.code, "code": point.code,
            "kind": point.kind, "name": point.name, "parent": point.parent.code if point.parent else "",
            "zone": point.zone.code if point.zone else "", "latitude": point.latitude,
            "longitude": point.longitude, "capacity": point.capacity,
        }  # fmt: skip
