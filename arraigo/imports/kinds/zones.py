"""Zones: known by their code, whatever system they come from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from arraigo.imports import references, store
from arraigo.imports.fields import Code, Degrees, Row
from arraigo.imports.landing import EMPTY, Landed, Parsed, Setting, Tally, given, known, same, tally_of
from arraigo.network.models import Zone


class ZoneRow(Row):
    external_id: Code = Field(validation_alias="code")
    """Its code."""
    name: str = Field(min_length=1, max_length=80)
    municipality: str = Field(default="", max_length=60)
    center: str = Field(default="", max_length=40)
    """Code of the operations centre that serves it."""
    latitude: Degrees | None = Field(default=None, ge=-90, le=90)
    longitude: Degrees | None = Field(default=None, ge=-180, le=180)


def land(batch: Sequence[Parsed[ZoneRow]], setting: Setting) -> Tally:
    """Bring a batch of zones in, inside the caller's transaction."""
    tally = Tally()
    centers = references.centers_of([each.row.center for each in batch], setting)
    batch = known(batch, "center", centers, tally)
    wanted = {each.row.external_id: _values(each.row, centers) for each in batch}
    tally.add(tally_of(by_code(Zone, setting, wanted), batch))
    return tally


def by_code(
    model: Any, setting: Setting, wanted: dict[str, dict[str, Any]], untold: Mapping[str, Collection[str]] = EMPTY
) -> Landed:
    """Create or update records that are known by their code; what is `untold` is for new ones."""
    rows = model.objects.select_for_update(no_key=True).filter(code__in=wanted).order_by("pk")
    here = {record.code: record for record in rows}
    fresh = {
        code: {
            name: value
            for name, value in wanted[code].items()
            if name not in untold.get(code, ()) and not same(getattr(record, name), value)
        }
        for code, record in here.items()
    }
    changed = [here[code] for code in sorted(fresh) if fresh[code]]
    for record in changed:
        setting.ledger.change(record, fresh[record.code])
    if changed:
        names = {name for each in fresh.values() for name in each}
        model.objects.bulk_update(changed, [name.removesuffix("_id") for name in sorted(names)], batch_size=200)
    made = store.insert(model, [model(code=code, **values) for code, values in wanted.items() if code not in here])
    setting.ledger.made(made)
    records = here | {record.code: record for record in made}
    return Landed(records, {record.code for record in made}, {record.code for record in changed})


def _values(row: ZoneRow, centers: dict[str, int]) -> dict[str, Any]:
    values = {"name": row.name, **given(row, ("municipality", "latitude", "longitude"))}
    return values | ({"operations_center_id": centers[row.center]} if row.center else {})


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` zones behind the key `after`, as rows."""
    for zone in Zone.objects.filter(pk__gt=after).select_related("operations_center").order_by("pk")[:many]:
        yield zone.pk, {
            "code": zone.code, "name": zone.name, "municipality": zone.municipality,
            "center": zone.operations_center.code if zone.operations_center else "",
            "latitude": zone.latitude, "longitude": zone.longitude,
        }  # fmt: skip
