"""Keeping the token table: what a customer can be found by."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import transaction

from arraigo.customers import tokens
from arraigo.customers.models import Customer, Phone, SearchToken
from arraigo.products.models import Product
from arraigo.records import key_of

CHUNK = 500


def reindex(customers: Iterable[Customer | int]) -> int:
    """Bring the tokens of `customers` up to date, in chunks of CHUNK; how many tokens changed.

    Call it whenever a name, address, document, phone or product number changed.
    """
    keys = iter(sorted({key_of(customer) for customer in customers}))
    changed = 0
    while chunk := list(islice(keys, CHUNK)):
        changed += _reindex(chunk)
    return changed


@transaction.atomic(savepoint=False)
def _reindex(keys: Sequence[int]) -> int:
    wanted = _wanted(keys)
    stale = []
    for pk, customer_id, token in SearchToken.objects.filter(customer__in=keys).values_list(
        "pk", "customer_id", "token"
    ):
        if token in wanted[customer_id]:
            wanted[customer_id].discard(token)
        else:
            stale.append(pk)
    if stale:
        SearchToken.objects.filter(pk__in=stale).delete()
    new = [SearchToken(customer_id=pk, token=token) for pk in keys for token in sorted(wanted[pk])]
    SearchToken.objects.bulk_create(new, ignore_conflicts=True)
    return len(stale) + len(new)


def _wanted(keys: Sequence[int]) -> dict[int, set[str]]:
    """The tokens that each customer should have."""
    phones: dict[int, list[str]] = defaultdict(list)
    for customer_id, number in Phone.objects.filter(customer__in=keys).values_list("customer_id", "number"):
        phones[customer_id].append(number)
    codes: dict[int, list[str]] = defaultdict(list)
    for customer_id, number in Product.objects.filter(customer__in=keys).values_list("customer_id", "number"):
        codes[customer_id].append(number)
    wanted: dict[int, set[str]] = defaultdict(set)
    for pk, name, address, document, number in Customer.objects.filter(pk__in=keys).values_list(
        "pk", "name", "address", "document", "number"
    ):
        wanted[pk] = tokens_of(name, address, [document, number, *codes[pk]], phones[pk])
    return wanted


def tokens_of(name: str, address: str, codes: Iterable[str], phones: Iterable[str]) -> set[str]:
    """What a customer is found by; `codes` are document, customer number and product numbers."""
    words = tokens.of_words(name) | tokens.of_words(address, tokens.IN_ADDRESSES) | tokens.of_pairs(name, address)
    return words | tokens.of_codes(codes) | tokens.of_phones(phones)
