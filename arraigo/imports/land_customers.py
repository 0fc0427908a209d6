"""Customers with their phones, and whatever products the mapping says that a row brings."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from arraigo.customers import search
from arraigo.customers.models import Customer, Phone
from arraigo.imports import land_brought
from arraigo.imports.landing import Landed, Parsed, Setting, Tally, numbers_free, short, tally_of, upsert
from arraigo.imports.rows import CustomerRow
from arraigo.network.models import Zone

OPTIONAL = ("document", "email", "address", "zone", "latitude", "longitude", "since", "deceased_on")
"""What a file that does not say it leaves as it is: it may have been asked when a case was opened."""
MOBILE = ("+5916", "+5917")


def land(batch: Sequence[Parsed[CustomerRow]], setting: Setting) -> Tally:
    """Bring a batch of customers in, inside the caller's transaction."""
    tally = Tally()
    numbers = [_number(each.row) for each in batch]
    batch = numbers_free(Customer, setting.source, batch, numbers, tally)
    zones = _zones(batch)
    batch = _zone_known(batch, zones, tally)
    landed = upsert(Customer, setting.source, {p.row.external_id: _values(p.row, zones) for p in batch})
    changed = _phones(batch, landed) | land_brought.land(batch, landed, setting, tally)
    search.reindex([landed.records[key] for key in landed.created | landed.updated | changed])
    tally.add(tally_of(landed, also_changed=changed))
    return tally


def _number(row: CustomerRow) -> str:
    return row.number or short(row.external_id, 24)


def _values(row: CustomerRow, zones: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": _number(row), "name": row.name, "kind": row.kind.value, "category": row.category.value
    }  # fmt: skip
    for name in OPTIONAL:
        given = getattr(row, name)
        if given not in ("", None):
            values["zone_id" if name == "zone" else name] = zones[given] if name == "zone" else given
    return values


def _zones(batch: Sequence[Parsed[CustomerRow]]) -> dict[str, int]:
    codes = {each.row.zone for each in batch if each.row.zone}
    return dict(Zone.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}


def _zone_known(batch: Sequence[Parsed[CustomerRow]], zones: dict[str, int], tally: Tally) -> list[Parsed[CustomerRow]]:
    known = []
    for each in batch:
        if each.row.zone and each.row.zone not in zones:
            tally.reject(each.raw.line, [("zone", _("there is no zone %(zone)s") % {"zone": each.row.zone})])
        else:
            known.append(each)
    return known


def _phones(batch: Sequence[Parsed[CustomerRow]], landed: Landed) -> set[str]:
    """Add the phones that a customer does not have yet; the external ids of those customers."""
    wanted = {landed.records[p.row.external_id].pk: p.row for p in batch if p.row.phones}
    have: dict[int, list[Phone]] = {}
    for phone in Phone.objects.filter(customer_id__in=wanted):
        have.setdefault(phone.customer_id, []).append(phone)
    new = [phone for pk, row in wanted.items() for phone in _new_phones(pk, row, have.get(pk, []))]
    Phone.objects.bulk_create(new)
    return {wanted[phone.customer_id].external_id for phone in new}


def _new_phones(customer_id: int, row: CustomerRow, have: list[Phone]) -> list[Phone]:
    known = {phone.number for phone in have}
    contact = any(phone.is_contact for phone in have)
    fresh = [number for number in row.phones if number not in known]
    return [
        Phone(
            customer_id=customer_id, number=number, is_mobile=number.startswith(MOBILE),
            is_contact=not contact and position == 0,
        )
        for position, number in enumerate(fresh)
    ]  # fmt: skip
