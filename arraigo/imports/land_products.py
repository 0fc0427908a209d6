"""Products of customers that are there, or (--create-missing) of customers known by their id only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from arraigo.customers import search
from arraigo.customers.models import Customer
from arraigo.imports.landing import Parsed, R, Setting, Tally, numbers_free, short, tally_of, upsert
from arraigo.imports.rows import ProductRow
from arraigo.money import ZERO, bs
from arraigo.products.models import Offering, Product, Service, Technology

GIVEN = ("started_on", "ended_on", "bundle")


def land(batch: Sequence[Parsed[ProductRow]], setting: Setting) -> Tally:
    """Bring a batch of products in, inside the caller's transaction."""
    tally = Tally()
    numbers = [each.row.number or short(each.row.external_id, 40) for each in batch]
    batch = numbers_free(Product, setting.source, batch, numbers, tally)
    customers = customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    offerings = _offerings([each.row for each in batch], setting)
    batch = known(batch, "offering", offerings, tally)
    wanted = {p.row.external_id: _values(p.row, customers, offerings) for p in batch}
    landed = upsert(Product, setting.source, wanted)
    search.reindex(_owners(landed.records[key] for key in landed.created | landed.updated))
    tally.add(tally_of(landed))
    return tally


def known(batch: Sequence[Parsed[R]], field: str, found: Mapping[str, int], tally: Tally) -> list[Parsed[R]]:
    """The rows whose `field` names a record; the others are rejected."""
    kept = []
    for each in batch:
        value = getattr(each.row, field)
        if value in found:
            kept.append(each)
        else:
            tally.reject(
                each.raw.line, [(field, _("there is no %(what)s “%(value)s”") % {"what": field, "value": value})]
            )
    return kept


def customers_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Customers by external id of the same source, else by number; made where they may be."""
    wanted = set(words)
    of_source = Customer.objects.filter(source=setting.source, external_id__in=wanted)
    by_id = {str(key): pk for key, pk in of_source.values_list("external_id", "pk")}
    by_number = Customer.objects.filter(number__in=wanted - by_id.keys()).values_list("number", "pk")
    found = {**dict(by_number), **by_id}
    missing = sorted(wanted - found.keys())
    if setting.create_missing and missing:
        made = upsert(Customer, setting.source, {key: {"number": short(key, 24), "name": key} for key in missing})
        search.reindex(list(made.records.values()))
        found |= {key: customer.pk for key, customer in made.records.items()}
    return found


def _owners(products: Iterable[Product]) -> list[Customer]:
    """The customers of `products`, once each: their numbers are searched for."""
    return list(Customer.objects.filter(pk__in={product.customer_id for product in products}))


def _offerings(rows: Sequence[ProductRow], setting: Setting) -> dict[str, int]:
    wanted = {row.offering: (row.offering_name or row.offering, row.service, row.technology) for row in rows}
    return offerings_of(wanted, setting)


def offerings_of(wanted: Mapping[str, tuple[str, Service, Technology]], setting: Setting) -> dict[str, int]:
    """Catalogue entries by code; made where they may be: code → name, service, technology."""
    found = dict(Offering.objects.filter(code__in=wanted).values_list("code", "pk"))
    missing = sorted(wanted.keys() - found.keys())
    if not setting.create_missing or not missing:
        return found
    made = Offering.objects.bulk_create(
        Offering(code=code, name=name[:80], service=service, technology=technology, list_price=ZERO, is_sold=False)
        for code, (name, service, technology) in ((code, wanted[code]) for code in missing)
    )
    return found | {offering.code: offering.pk for offering in made}


def _values(row: ProductRow, customers: Mapping[str, int], offerings: Mapping[str, int]) -> dict[str, Any]:
    ended = row.status == Product.Status.TERMINATED
    values: dict[str, Any] = {
        "number": row.number or short(row.external_id, 40),
        "customer_id": customers[row.customer],
        "offering_id": offerings[row.offering],
        "status": row.status.value,
        "reason": row.reason or (Product.Reason.UNKNOWN.value if ended else ""),
        "price": bs(row.price),
    }
    return values | {name: getattr(row, name) for name in GIVEN if getattr(row, name)}


def products_by_word(pairs: Iterable[tuple[int, str]], source: str) -> dict[tuple[int, str], int]:
    """Products by customer and word: external id, or number."""
    wanted = set(pairs)
    words = {word for _customer, word in wanted}
    rows = Product.objects.filter(
        Q(source=source, external_id__in=words) | Q(number__in=words), customer__in={c for c, _word in wanted}
    ).values_list("customer_id", "external_id", "number", "pk")
    found: dict[tuple[int, str], int] = {}
    for customer, external_id, number, pk in rows:
        found.setdefault((customer, number), pk)
        found[customer, str(external_id)] = pk
    return {pair: pk for pair, pk in found.items() if pair in wanted}
