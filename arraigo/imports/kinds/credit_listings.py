"""Listings in the Central de Riesgos (step 1.1)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from arraigo.customers.errors import LiftedBeforeListed
from arraigo.customers.models import CreditListing
from arraigo.imports import references
from arraigo.imports.fields import Id, PastDay, Row
from arraigo.imports.landing import Parsed, Setting, Tally, given, known, short, tally_of, told_apart, untold, upsert

NATURAL = ("customer_id", "bureau", "listed_on")


class CreditListingRow(Row):
    customer: Id
    bureau: str = Field(default="Central de Riesgos", min_length=1, max_length=60)
    listed_on: PastDay
    lifted_on: PastDay | None = None

    @field_validator("lifted_on")
    @classmethod
    def _ends(cls, day: dt.date | None, info: ValidationInfo) -> dt.date | None:
        listed = info.data.get("listed_on")
        if day and listed and day < listed:
            raise ValueError(str(LiftedBeforeListed(f"{listed:%d/%m/%Y}")))
        return day


def land(batch: Sequence[Parsed[CreditListingRow]], setting: Setting) -> Tally:
    """Bring a batch of listings in, inside the caller's transaction."""
    tally = Tally()
    customers = references.customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    wanted = {p.row.external_id: _values(p.row, customers) for p in batch}
    landed = upsert(CreditListing, setting, wanted, natural=NATURAL, untold=untold(batch, ("bureau",)))
    tally.add(tally_of(landed, batch))
    return tally


def _values(row: CreditListingRow, customers: dict[str, int]) -> dict[str, Any]:
    return {
        "customer_id": customers[row.customer], "bureau": row.bureau, "listed_on": row.listed_on,
        **given(row, ["lifted_on"]),
    }  # fmt: skip


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` listings behind the key `after`, as rows."""
    rows = list(CreditListing.objects.filter(pk__gt=after).select_related("customer").order_by("pk")[:many])
    apart = told_apart(rows, NATURAL)
    for listing in rows:
        behind = apart.get(listing.pk, "")
        name = short(f"{listing.customer.number}/{listing.listed_on}/{listing.bureau}{behind}", 80)
        yield listing.pk, {
            "source": listing.source, "external_id": listing.external_id or name,
            "customer": references.word_for(listing, listing.customer), "bureau": listing.bureau,
            "listed_on": listing.listed_on, "lifted_on": listing.lifted_on,
        }  # fmt: skip
