"""Products that changed hands: what happened before stays with the customer who had them then.

A row may name a product that is another customer's now where it says whose (`product_customer`, as our exports
do), or where the record that it tells of links the two already.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from arraigo.imports import references
from arraigo.imports.landing import CAN_BRING, HOME, Parsed, Setting, Tally, numbered

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Named:
    """A product as a row names it: the row's customer, the word for the product, and whose it is said to be now."""

    customer: int
    word: str
    holder: str = ""


def products_of(
    named: Mapping[K, Named], setting: Setting, linked: Callable[[set[K]], set[tuple[K, int]]]
) -> dict[K, int]:
    """The products that are named, as far as they are there; of other customers those that may be told of.

    `linked` gives, for what is not among the customer's own, the products that records here link with it.
    """
    own = references.products_by_word({(each.customer, each.word) for each in named.values()}, setting.source)
    found = {key: own[each.customer, each.word] for key, each in named.items() if (each.customer, each.word) in own}
    if len(found) == len(named):
        return found
    others = {key: each for key, each in named.items() if key not in found}
    holders = references.customers_there({each.holder for each in others.values()}, setting)
    called = references.products_called({each.word for each in others.values()}, setting.source)
    links = linked(set(others))
    for key, each in others.items():
        for product, holder in called.get(each.word, ()):
            if (each.holder and holders.get(each.holder) == holder) or (key, product) in links:
                found[key] = product
                break
    return found


def of_records(
    model: Any, batch: Sequence[Parsed[Any]], customers: Mapping[str, int], setting: Setting
) -> dict[str, int]:
    """The product that each row about a record of `model` names, by the row's external id."""
    rows = {each.row.external_id: each.row for each in batch}
    named = {key: Named(customers[row.customer], row.product, row.product_customer) for key, row in rows.items()}
    return products_of(named, setting, lambda keys: _linked(model, [rows[key] for key in keys], customers, setting))


def _linked(model: Any, rows: Sequence[Any], customers: Mapping[str, int], setting: Setting) -> set[tuple[str, int]]:
    """External id and product of the records that the rows tell of, where the customer is theirs too."""
    length = model._meta.get_field("number").max_length
    told = {row.external_id: customers[row.customer] for row in rows}
    # What was entered here has no external id: it is known by its number.
    ids = {row.number or numbered(row, length): row.external_id for row in rows} if setting.source == HOME else {}
    mine = Q(source=setting.source, external_id__in=told) | Q(source=HOME, external_id=None, number__in=ids)
    held = model.objects.filter(mine).values_list("external_id", "number", "customer_id", "product_id")
    found = ((external_id or ids[number], customer, product) for external_id, number, customer, product in held)
    return {(key, product) for key, customer, product in found if told[key] == customer}


def product_known(
    batch: Sequence[Parsed[Any]], products: Mapping[str, int], tally: Tally, *, may_be_brought: bool = False
) -> list[Parsed[Any]]:
    """The rows whose product is, or was, one of their customer's; the others are rejected."""
    hint = f"; {CAN_BRING}" if may_be_brought else ""
    kept = []
    for each in batch:
        if each.row.external_id in products:
            kept.append(each)
        else:
            reason = _("customer %(customer)s has no product “%(product)s”") % {
                "customer": each.row.customer, "product": each.row.product,
            }  # fmt: skip
            tally.reject(each.raw.line, [("product", each.row.product, reason + hint)])
    return kept
