"""The catalogue: known by its codes, whatever system it comes from."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from arraigo.imports.fields import Amount, Code, Row, Whole, YesNo
from arraigo.imports.kinds.zones import by_code
from arraigo.imports.landing import Parsed, Setting, Tally, given, tally_of, untold
from arraigo.products.models import Offering, Service, Technology


class OfferingRow(Row):
    external_id: Code = Field(validation_alias="code")
    """Its code."""
    name: str = Field(min_length=1, max_length=80)
    service: Service
    technology: Technology = Technology.UNKNOWN
    list_price: Amount
    """Bs a month."""
    speed_mbps: Whole | None = None
    is_sold: YesNo = True


def land(batch: Sequence[Parsed[OfferingRow]], setting: Setting) -> Tally:
    """Bring a batch of the catalogue in, inside the caller's transaction."""
    wanted = {each.row.external_id: _values(each.row) for each in batch}
    landed = by_code(Offering, setting, wanted, untold(batch, ("technology", "is_sold")))
    return tally_of(landed, batch)


def _values(row: OfferingRow) -> dict[str, Any]:
    return {
        "name": row.name, "service": row.service.value, "technology": row.technology.value,
        "list_price": row.list_price, "is_sold": row.is_sold, **given(row, ["speed_mbps"]),
    }  # fmt: skip


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` entries behind the key `after`, as rows."""
    for each in Offering.objects.filter(pk__gt=after).order_by("pk")[:many]:
        names = ("code", "name", "service", "technology", "list_price", "speed_mbps", "is_sold")
        yield each.pk, {name: getattr(each, name) for name in names}
