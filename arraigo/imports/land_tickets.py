"""Trouble tickets; with --create-missing they bring their own customers and products."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from arraigo.customers import search
from arraigo.customers.models import Customer
from arraigo.imports.land_products import customers_of, known, offerings_of, products_by_word
from arraigo.imports.landing import Landed, Parsed, Setting, Tally, numbers_free, short, tally_of, upsert
from arraigo.imports.rows import TicketRow
from arraigo.money import ZERO
from arraigo.products.models import Product
from arraigo.tickets.models import TicketChange, TroubleTicket

OPTIONAL = ("symptom", "description", "resolution")
Pair = tuple[int, str]


def land(batch: Sequence[Parsed[TicketRow]], setting: Setting) -> Tally:
    """Bring a batch of tickets in, inside the caller's transaction."""
    tally = Tally()
    numbers = [each.row.number or short(each.row.external_id, 40) for each in batch]
    batch = numbers_free(TroubleTicket, setting.source, batch, numbers, tally)
    customers = customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    products = _products(batch, customers, setting)
    batch = _product_known(batch, customers, products, tally)
    wanted = {p.row.external_id: _values(p.row, customers, products) for p in batch}
    before = _states(setting.source, wanted)
    landed = upsert(TroubleTicket, setting.source, wanted)
    _changes(landed, before)
    tally.add(tally_of(landed))
    return tally


def _products(batch: Sequence[Parsed[TicketRow]], customers: Mapping[str, int], setting: Setting) -> dict[Pair, int]:
    rows = {(customers[p.row.customer], p.row.product): p.row for p in batch}
    found = products_by_word(rows, setting.source)
    # What an earlier run brought is known by the pair of customer and product value.
    by_pair = {pair: _pair_id(row) for pair, row in rows.items() if pair not in found}
    known_pairs = dict(
        Product.objects.filter(source=setting.source, external_id__in=by_pair.values()).values_list("external_id", "pk")
    )
    found |= {pair: known_pairs[key] for pair, key in by_pair.items() if key in known_pairs}
    missing = {pair: row for pair, row in rows.items() if pair not in found}
    if setting.create_missing and missing:
        found |= _brought(missing, setting)
    return found


def _pair_id(row: TicketRow) -> str:
    """Identity of a product that a ticket brings: customer and product value."""
    return short(f"{row.customer}/{row.product}", 80)


def _brought(missing: Mapping[Pair, TicketRow], setting: Setting) -> dict[Pair, int]:
    codes = {pair: _code(row) for pair, row in missing.items()}
    wanted = {codes[pair]: (row.product, row.service, row.technology) for pair, row in missing.items()}
    offerings = offerings_of(wanted, setting)
    values = {
        _pair_id(row): {
            "number": short(_pair_id(row).replace("/", "-"), 40),
            "customer_id": pair[0],
            "offering_id": offerings[codes[pair]],
            "price": ZERO,
        }
        for pair, row in missing.items()
    }  # fmt: skip
    landed = upsert(Product, setting.source, values)
    search.reindex(list(Customer.objects.filter(pk__in={customer for customer, _word in missing})))
    return {pair: landed.records[_pair_id(row)].pk for pair, row in missing.items()}


def _code(row: TicketRow) -> str:
    """The catalogue's code for the product value: `brought-fibre-optic`."""
    return short(f"brought-{slugify(row.product) or 'product'}-{row.service.value}", 40)


def _product_known(
    batch: Sequence[Parsed[TicketRow]], customers: Mapping[str, int], products: Mapping[Pair, int], tally: Tally
) -> list[Parsed[TicketRow]]:
    kept = []
    for each in batch:
        if (customers[each.row.customer], each.row.product) in products:
            kept.append(each)
        else:
            reason = _("customer %(customer)s has no product “%(product)s”") % {
                "customer": each.row.customer, "product": each.row.product,
            }  # fmt: skip
            tally.reject(each.raw.line, [("product", reason)])
    return kept


def _values(row: TicketRow, customers: Mapping[str, int], products: Mapping[Pair, int]) -> dict[str, Any]:
    customer = customers[row.customer]
    values: dict[str, Any] = {
        "number": row.number or short(row.external_id, 40),
        "customer_id": customer,
        "product_id": products[customer, row.product],
        "type": row.type.value,
        "status": str(row.state),
        "opened_at": row.opened_at,
        "resolved_at": row.resolved_at,
    }
    return values | {name: getattr(row, name) for name in OPTIONAL if getattr(row, name)}


def _states(source: str, wanted: Mapping[str, Any]) -> dict[str, str]:
    rows = TroubleTicket.objects.filter(source=source, external_id__in=wanted)
    return {str(key): status for key, status in rows.values_list("external_id", "status")}


def _changes(landed: Landed, before: Mapping[str, str]) -> None:
    """A change of state for each ticket that is new or stands elsewhere than before."""
    rows = [landed.records[key] for key in sorted(landed.created | landed.updated)]
    TicketChange.objects.bulk_create(
        TicketChange(
            ticket=ticket, before=before.get(ticket.external_id, ""), after=ticket.status,
            at=ticket.resolved_at or ticket.opened_at,
        )
        for ticket in rows
        if before.get(ticket.external_id) != ticket.status
    )  # fmt: skip
