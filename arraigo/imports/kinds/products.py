"""Products of customers that are there, or (--create-missing) of customers known by their id only."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field, ValidationInfo, field_validator

from arraigo.customers import search
from arraigo.customers.models import Customer
from arraigo.imports import references
from arraigo.imports.fields import Amount, Id, Number, PastDay, Row
from arraigo.imports.kinds.endings import courtesies_end
from arraigo.imports.landing import (
    Parsed,
    Setting,
    Tally,
    given,
    known,
    number_claim,
    numbered,
    numbers_free,
    tally_of,
    untold,
    upsert,
)
from arraigo.money import ZERO
from arraigo.products.models import Product, Service, Technology

USUAL = ("number", "status", "reason", "price")
"""What only a new product gets where the file does not say it."""
GIVEN = ("started_on", "ended_on", "bundle")
RUNNING = (Product.Status.PENDING, Product.Status.ACTIVE)


class ProductRow(Row):
    customer: Id
    """External id, or number, of the customer."""
    number: Number = Field(default="", max_length=40)
    """Empty: the external id."""
    offering: str = Field(min_length=1, max_length=40)
    """Code in the catalogue."""
    offering_name: str = Field(default="", max_length=80)
    """These three for an entry of the catalogue that the row brings (--create-missing)."""
    service: Service = Service.INTERNET
    technology: Technology = Technology.UNKNOWN
    status: Product.Status = Product.Status.ACTIVE
    reason: str = ""
    price: Amount = ZERO
    """Bs a month."""
    bundle: str = Field(default="", max_length=40)
    started_on: PastDay | None = None
    ended_on: PastDay | None = None
    network_point: str = Field(default="", max_length=80)
    """External id, or code, of the drop that it hangs on."""

    @property
    def claims(self) -> tuple[str, ...]:
        return (number_claim(self.number or numbered(self, 40)),)

    @field_validator("reason")
    @classmethod
    def _explains(cls, reason: str, info: ValidationInfo) -> str:
        if reason not in Product.Reason.values:
            raise ValueError(_("Write one of %(values)s.") % {"values": ", ".join(Product.Reason.values[1:])})
        if reason and info.data.get("status") in RUNNING:
            raise ValueError(_("Only what ended or is suspended has a reason: leave it empty, or say so in the state."))
        return reason

    @field_validator("ended_on")
    @classmethod
    def _ends(cls, day: dt.date | None, info: ValidationInfo) -> dt.date | None:
        started = info.data.get("started_on")
        if day and started and day < started:
            raise ValueError(
                _("It cannot have ended before %(day)s, the day it was installed.") % {"day": f"{started:%d/%m/%Y}"}
            )
        if day and info.data.get("status", Product.Status.TERMINATED) != Product.Status.TERMINATED:
            raise ValueError(_("Only a terminated product has ended: leave it empty, or say so in the state."))
        return day


def land(batch: Sequence[Parsed[ProductRow]], setting: Setting) -> Tally:
    """Bring a batch of products in, inside the caller's transaction."""
    tally = Tally()
    numbers = [each.row.number or numbered(each.row, 40) for each in batch]
    batch = numbers_free(Product, setting.source, batch, numbers, tally)
    points = references.points_of([each.row.network_point for each in batch], setting)
    batch = known(batch, "network_point", points, tally)
    customers = references.customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    offerings = _offerings([each.row for each in batch], setting)
    batch = known(batch, "offering", offerings, tally)
    wanted = {p.row.external_id: _values(p.row, customers, offerings, points) for p in batch}
    landed = upsert(Product, setting, wanted, natural=("number",), untold=_untold(batch, setting))
    changed = [landed.records[key] for key in landed.created | landed.updated]
    courtesies_end({each.pk: each.reason for each in changed if not each.is_alive})
    search.reindex(_owners(changed, setting))
    tally.add(tally_of(landed, batch))
    return tally


def _owners(products: Iterable[Product], setting: Setting) -> list[Customer]:
    """Who has, or had, `products`, once each: their numbers are searched for."""
    moved = setting.ledger.changes.get(Product._meta.label, {}).values()
    before = {fields["customer_id"][0] for fields in moved if "customer_id" in fields}
    return list(Customer.objects.filter(pk__in=before | {product.customer_id for product in products}))


def _offerings(rows: Sequence[ProductRow], setting: Setting) -> dict[str, int]:
    wanted = {row.offering: (row.offering_name or row.offering, row.service, row.technology) for row in rows}
    return references.offerings_of(wanted, setting)


def _untold(batch: Sequence[Parsed[ProductRow]], setting: Setting) -> dict[str, set[str]]:
    """What the rows leave as it is; a reason stays only with the status that it explains."""
    fields = untold(batch, USUAL)
    told = {p.row.external_id: p.row.status for p in batch if "status" not in fields[p.row.external_id]}
    bare = [key for key in told if "reason" in fields[key]]
    rows = Product.objects.filter(source=setting.source, external_id__in=bare) if bare else Product.objects.none()
    held = dict(rows.values_list("external_id", "status"))
    for key in bare:
        if held.get(key) != told[key]:
            fields[key].remove("reason")
    return fields


def _values(
    row: ProductRow, customers: Mapping[str, int], offerings: Mapping[str, int], points: Mapping[str, int]
) -> dict[str, Any]:
    ended = row.status == Product.Status.TERMINATED
    values: dict[str, Any] = {
        "number": row.number or numbered(row, 40),
        "customer_id": customers[row.customer],
        "offering_id": offerings[row.offering],
        "status": row.status.value,
        "reason": row.reason or (Product.Reason.UNKNOWN.value if ended else ""),
        "price": row.price,
        **({} if ended or "status" not in row.model_fields_set else {"ended_on": None}),
        **given(row, GIVEN),
    }
    return values | ({"network_point_id": points[row.network_point]} if row.network_point else {})


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` products behind the key `after`, as rows."""
    rows = Product.objects.filter(pk__gt=after).select_related("customer", "offering", "network_point").order_by("pk")
    for product in rows[:many]:
        yield product.pk, {
            "source": product.source, "external_id": product.external_id or product.number,
            "customer": references.word_for(product, product.customer),
            "offering": product.offering.code, "offering_name": product.offering.name,
            "service": product.offering.service, "technology": product.offering.technology,
            **{name: getattr(product, name) for name in ("number", "status", "reason", "price", *GIVEN)},
            "network_point": product.network_point.code if product.network_point else "",
        }  # fmt: skip
