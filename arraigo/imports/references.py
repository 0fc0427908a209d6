"""Records that rows name: by external id of the same source, else by their number or code."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from arraigo import clock
from arraigo.customers import search
from arraigo.customers.models import Customer
from arraigo.customers.tokens import fold
from arraigo.imports import store
from arraigo.imports.landing import HOME, Setting, short, upsert
from arraigo.money import ZERO
from arraigo.network.models import NetworkPoint, Zone
from arraigo.people.models import Unit
from arraigo.products.models import Offering, Product, Service, Technology
from arraigo.records import ExternalRecord
from arraigo.tickets.models import Outage

Pair = tuple[int, str]
"""Key of a customer, and the word for one of their products."""


def _found(model: Any, words: Iterable[str], setting: Setting, code: str) -> dict[str, int]:
    """External id of the setting's source, else `code` → key."""
    wanted = {word for word in words if word}
    if not wanted:
        return {}
    of_source = model.objects.filter(source=setting.source, external_id__in=wanted)
    by_id = {str(key): pk for key, pk in of_source.values_list("external_id", "pk")}
    rest = wanted - by_id.keys()
    by_code = model.objects.filter(**{f"{code}__in": rest}).values_list(code, "pk") if rest else ()
    return {**dict(by_code), **by_id}


def word_for(record: ExternalRecord, named: Any) -> str:
    """How a row about `record` names another record: by its external id where both have one source, else its number."""
    return str(named.external_id if named.external_id and named.source == record.source else named.number)


def customers_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Customers by external id or number; made where they may be."""
    wanted = set(words)
    found = customers_there(wanted, setting)
    missing = sorted(wanted - found.keys())
    if setting.create_missing and missing:
        made = upsert(Customer, setting, {key: {"number": short(key, 24), "name": key[:160]} for key in missing})
        search.reindex(list(made.records.values()))
        found |= {key: customer.pk for key, customer in made.records.items()}
    return found


def customers_there(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """The customers that are there, by external id or number."""
    return _found(Customer, words, setting, "number")


def holder_of(record: ExternalRecord, product: Product) -> str:
    """How a row about `record` names the customer who has the product now; empty where it is the record's own."""
    owner: int = record.customer_id  # type: ignore[attr-defined]
    return "" if product.customer_id == owner else word_for(record, product.customer)


def products_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Products by external id or number."""
    return _found(Product, words, setting, "number")


def products_by_word(pairs: Iterable[Pair], source: str) -> dict[Pair, int]:
    """Products by customer and word: external id, or number."""
    wanted = set(pairs)
    words = {word for _customer, word in wanted}
    rows = Product.objects.filter(
        Q(source=source, external_id__in=words) | Q(number__in=words), customer__in={c for c, _word in wanted}
    ).values_list("customer_id", "external_id", "number", "pk")
    found: dict[Pair, int] = {}
    for customer, external_id, number, pk in rows:
        found.setdefault((customer, number), pk)
        found[customer, str(external_id)] = pk
    return {pair: pk for pair, pk in found.items() if pair in wanted}


def products_called(words: Iterable[str], source: str) -> dict[str, list[tuple[int, int]]]:
    """Word → the products called so, whose ever they are, with the keys of their customers; by external id first."""
    wanted = set(words)
    rows = Product.objects.filter(Q(source=source, external_id__in=wanted) | Q(number__in=wanted))
    found: dict[str, list[tuple[int, int]]] = {}
    for of, external_id, number, pk, customer in rows.values_list(
        "source", "external_id", "number", "pk", "customer_id"
    ):
        if of == source and external_id in wanted:
            found.setdefault(str(external_id), []).insert(0, (pk, customer))
        elif number in wanted:
            found.setdefault(number, []).append((pk, customer))
    return found


def zones_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Zones by code, else by the name that only one of them has; made where they may be."""
    wanted = {word for word in words if word}
    found = dict(Zone.objects.filter(code__in=wanted).values_list("code", "pk")) if wanted else {}
    if wanted - found.keys():
        found |= _zones_named(wanted - found.keys())
    if setting.create_missing and (missing := sorted(wanted - found.keys())):
        made = store.insert(Zone, [Zone(code=_zone_code(word), name=word[:80], municipality="") for word in missing])
        setting.ledger.made(made)
        found |= {word: zone.pk for word, zone in zip(missing, made, strict=True)}
    return found


def _zones_named(names: Iterable[str]) -> dict[str, int]:
    """The zones that are called so, whatever the accents and the size of the letters."""
    called: dict[str, list[int]] = {}
    for name, pk in Zone.objects.values_list("name", "pk"):
        called.setdefault(fold(name), []).append(pk)
    return {name: called[fold(name)][0] for name in names if len(called.get(fold(name), ())) == 1}


def _zone_code(word: str) -> str:
    """A code for a zone that a row brings: the word itself, without what no code has."""
    return short(re.sub(r"[^-\w .+]+", "-", word).strip("- .+") or "zone", 40)


def points_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Network points by external id or code."""
    return _found(NetworkPoint, words, setting, "code")


def centers_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Operations centres by code; made where they may be."""
    wanted = {word for word in words if word}
    found = dict(Unit.objects.filter(code__in=wanted).values_list("code", "pk")) if wanted else {}
    if setting.create_missing and (missing := sorted(wanted - found.keys())):
        kind = Unit.Kind.OPERATIONS_CENTER
        made = Unit.objects.bulk_create(Unit(code=code[:40], name=code[:80], kind=kind) for code in missing)
        setting.ledger.made(made)
        found |= {unit.code: unit.pk for unit in made}
    return found


def offerings_of(wanted: Mapping[str, tuple[str, Service, Technology]], setting: Setting) -> dict[str, int]:
    """Catalogue entries by code; made where they may be: code → name, service, technology."""
    found = dict(Offering.objects.filter(code__in=wanted).values_list("code", "pk"))
    missing = sorted(wanted.keys() - found.keys())
    if not setting.create_missing or not missing:
        return found
    made = store.insert(
        Offering,
        [
            Offering(code=code, name=name[:80], service=service, technology=technology, list_price=ZERO, is_sold=False)
            for code, (name, service, technology) in ((code, wanted[code]) for code in missing)
        ],
    )
    setting.ledger.made(made)
    return found | {offering.code: offering.pk for offering in made}


def outage_id(outage: Outage) -> str:
    """How an outage without a number of a source is named outside."""
    began = clock.local(outage.began_at).isoformat()
    return short(f"{outage.name}@{began}", 80)


def outages_of(words: Iterable[str], setting: Setting) -> dict[str, int]:
    """Outages by external id; those without one by name and beginning."""
    wanted = {word for word in words if word}
    if not wanted:
        return {}
    of_source = Outage.objects.filter(source=setting.source, external_id__in=wanted)
    found = {str(key): pk for key, pk in of_source.values_list("external_id", "pk")}
    if wanted - found.keys():
        here = {outage_id(outage): outage.pk for outage in Outage.objects.filter(source=HOME, external_id=None)}
        found |= {word: here[word] for word in wanted - found.keys() if word in here}
    return found
