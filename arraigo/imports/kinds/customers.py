"""Customers with their phones, and whatever products the mapping says that a row brings."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError as DjangoError
from django.core.validators import validate_email
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from pydantic import Field, ValidationInfo, field_validator

from arraigo.customers import phones as telephones
from arraigo.customers import search
from arraigo.customers.models import Customer, Phone
from arraigo.imports import phone_cells, references, store
from arraigo.imports.fields import Degrees, Number, PastDay, Row, YesNo, mapped
from arraigo.imports.kinds import brought
from arraigo.imports.landing import (
    Landed,
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

OPTIONAL = ("document", "email", "address", "latitude", "longitude", "since", "deceased_on", "notices_allowed")
"""What a file that does not say it leaves as it is: it may have been asked when a case was opened."""

USUAL = ("number", "kind", "category")
"""What only a new customer gets where the file does not say it."""


class CustomerRow(Row):
    number: Number = Field(default="", max_length=24)
    """Empty: the external id."""
    name: str = Field(min_length=1, max_length=160)
    kind: Customer.Kind = Customer.Kind.CUSTOMER
    document: str = Field(default="", max_length=24)
    category: Customer.Category = Customer.Category.STANDARD
    email: str = Field(default="", max_length=254)
    phones: tuple[str, ...] = ()
    """E.164; in the file parted by semicolons, the one to call first in front."""
    address: str = Field(default="", max_length=200)
    zone: str = Field(default="", max_length=40)
    """Code of a zone."""
    latitude: Degrees | None = Field(default=None, ge=-90, le=90)
    longitude: Degrees | None = Field(default=None, ge=-180, le=180)
    since: PastDay | None = None
    deceased_on: PastDay | None = None
    notices_allowed: YesNo | None = None

    @field_validator("email")
    @classmethod
    def _email(cls, value: str) -> str:
        try:
            if value:
                validate_email(value)
        except DjangoError as error:
            raise ValueError(_("“%(email)s” is no e-mail address") % {"email": value}) from error
        return value

    @property
    def claims(self) -> tuple[str, ...]:
        return (number_claim(_number(self)),)

    @field_validator("phones", mode="before")
    @classmethod
    def _phones(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        area_code = mapped(info, "area_code")
        return tuple(dict.fromkeys(phone_cells.normal(part, area_code) for part in phone_cells.parted(value)))


def land(batch: Sequence[Parsed[CustomerRow]], setting: Setting) -> Tally:
    """Bring a batch of customers in, inside the caller's transaction."""
    tally = Tally()
    batch = numbers_free(Customer, setting.source, batch, [_number(each.row) for each in batch], tally)
    zones = references.zones_of([each.row.zone for each in batch], setting)
    batch = known(batch, "zone", zones, tally)
    wanted = {p.row.external_id: _values(p.row, zones) for p in batch}
    landed = upsert(Customer, setting, wanted, natural=("number",), untold=untold(batch, USUAL))
    changed = _phones(batch, landed, setting) | brought.land(batch, landed, setting)
    search.reindex([landed.records[key] for key in landed.created | landed.updated | changed])
    tally.add(tally_of(landed, batch, also_changed=changed))
    return tally


def _number(row: CustomerRow) -> str:
    return row.number or numbered(row, 24)


def _values(row: CustomerRow, zones: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": _number(row), "name": row.name, "kind": row.kind.value, "category": row.category.value,
        **given(row, OPTIONAL),
    }  # fmt: skip
    return values | ({"zone_id": zones[row.zone]} if row.zone else {})


def _phones(batch: Sequence[Parsed[CustomerRow]], landed: Landed, setting: Setting) -> set[str]:
    """Add the phones that a customer does not have yet; the external ids of those customers."""
    wanted = {landed.records[p.row.external_id].pk: p.row for p in batch if p.row.phones}
    have: dict[int, list[Phone]] = {}
    for phone in Phone.objects.filter(customer_id__in=wanted):
        have.setdefault(phone.customer_id, []).append(phone)
    new = [phone for pk, row in wanted.items() for phone in _new_phones(pk, row, have.get(pk, []))]
    setting.ledger.made(store.insert(Phone, new))
    return {wanted[phone.customer_id].external_id for phone in new}


def _new_phones(customer_id: int, row: CustomerRow, have: list[Phone]) -> list[Phone]:
    known = {phone.number for phone in have}
    contact = any(phone.is_contact for phone in have)
    fresh = [number for number in row.phones if number not in known]
    return [
        Phone(
            customer_id=customer_id, number=number, is_mobile=telephones.is_mobile(number),
            is_contact=not contact and position == 0,
        )
        for position, number in enumerate(fresh)
    ]  # fmt: skip


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` customers behind the key `after`, as rows."""
    phones = Prefetch("phones", Phone.objects.order_by("-is_contact", "id"))
    rows = Customer.objects.filter(pk__gt=after).select_related("zone").prefetch_related(phones).order_by("pk")
    for customer in rows[:many]:
        yield customer.pk, {
            "source": customer.source, "external_id": customer.external_id or customer.number,
            **{name: getattr(customer, name) for name in ("number", "name", "kind", "category", *OPTIONAL)},
            "phones": ";".join(phone.number for phone in customer.phones.all()),
            "zone": customer.zone.code if customer.zone else "",
        }  # fmt: skip
