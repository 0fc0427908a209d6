"""Consumption of products, a month at a time."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationInfo, model_validator

from arraigo.imports import references
from arraigo.imports.fields import Id, PastMonth, Quantity, Row, named_month
from arraigo.imports.landing import Parsed, Setting, Tally, known, short, tally_of, upsert
from arraigo.usage.models import Usage

NATURAL = ("product_id", "month", "unit")


def _id(product: str, month: str, unit: str) -> str:
    """The external id of a reading without one: `month` as in 2026-05."""
    return short(f"{product}/{month}/{unit}", 80)


class UsageRow(Row):
    product: Id
    """External id, or number, of the product."""
    month: PastMonth
    unit: Usage.Unit = Usage.Unit.GIGABYTES
    quantity: Quantity

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any, info: ValidationInfo) -> Any:
        """A reading without an id of its own is known by product, month and unit."""
        if not data.get("external_id") and data.get("product") and data.get("month"):
            month = named_month(data["month"], info)
            return {**data, "external_id": _id(data["product"], month, data.get("unit", Usage.Unit.GIGABYTES))}
        return data

    @property
    def claims(self) -> tuple[str, ...]:
        return (f"reading {self.product} {self.month} {self.unit}",)

    @property
    def is_named(self) -> bool:
        """Whether its external id is derived."""
        return self.external_id == _id(self.product, f"{self.month:%Y-%m}", self.unit)


def land(batch: Sequence[Parsed[UsageRow]], setting: Setting) -> Tally:
    """Bring a batch of readings in, inside the caller's transaction."""
    tally = Tally()
    products = references.products_of([each.row.product for each in batch], setting)
    batch = known(batch, "product", products, tally)
    held, ids = _held(batch, products), {each.row.external_id for each in batch}
    kept: dict[str, Parsed[UsageRow]] = {}
    for each in batch:
        row, mine = each.row, (setting.source, each.row.external_id)
        source, key = held.setdefault((products[row.product], row.month, row.unit.value), mine)
        name = _known_as(row, key, ids)
        if (source, key or name) == (setting.source, name) and name not in kept:
            kept[name] = each if name == row.external_id else _renamed(each, name)
        else:
            sentence = _("the product has another reading of this month already")
            tally.reject(each.raw.line, [("month", f"{row.month:%Y-%m}", sentence)])
    wanted = {name: _values(each.row, products) for name, each in kept.items()}
    tally.add(tally_of(upsert(Usage, setting, wanted, natural=NATURAL), kept.values()))
    return tally


def _renamed(each: Parsed[UsageRow], name: str) -> Parsed[UsageRow]:
    return replace(each, row=each.row.model_copy(update={"external_id": name}))


def _held(batch: Sequence[Parsed[UsageRow]], products: dict[str, int]) -> dict[Any, Any]:
    keys, months = {products[p.row.product] for p in batch}, {p.row.month for p in batch}
    rows = Usage.objects.filter(product__in=keys, month__in=months)
    names = ("product", "month", "unit", "source", "external_id")
    return {(product, month, unit): (source, key) for product, month, unit, source, key in rows.values_list(*names)}


def _known_as(row: UsageRow, held: str | None, ids: Container[str]) -> str:
    """The external id of a row's reading: a row without one of its own means the one `held` for its month."""
    return held if held and row.is_named and held not in ids else row.external_id


def _values(row: UsageRow, products: dict[str, int]) -> dict[str, Any]:
    return {
        "product_id": products[row.product], "month": row.month, "unit": row.unit.value, "quantity": row.quantity,
    }  # fmt: skip


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` readings behind the key `after`, as rows."""
    for usage in Usage.objects.filter(pk__gt=after).select_related("product").order_by("pk")[:many]:
        name = short(f"{usage.product.number}/{usage.month:%Y-%m}/{usage.unit}", 80)
        yield usage.pk, {
            "source": usage.source, "external_id": usage.external_id or name,
            "product": references.word_for(usage, usage.product), "month": f"{usage.month:%Y-%m}",
            "unit": usage.unit, "quantity": usage.quantity,
        }  # fmt: skip
