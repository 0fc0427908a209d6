"""Bajas: requested, withdrawn, executed. Those without dates count nowhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.imports import hands, references
from arraigo.imports.kinds import settling
from arraigo.imports.kinds.endings import courtesies_end
from arraigo.imports.kinds.termination_row import TerminationRow
from arraigo.imports.landing import (
    Parsed,
    Setting,
    Tally,
    given,
    known,
    numbered,
    numbers_free,
    tally_of,
    untold,
    upsert,
)
from arraigo.products.models import Product
from arraigo.terminations.actions import PRODUCT_REASONS
from arraigo.terminations.models import Termination
from arraigo.terminations.queries import waiting

GIVEN = ("receipt", "case_number", "requested_at", "withdrawn_at", "executed_at", "return_by")


def land(batch: Sequence[Parsed[TerminationRow]], setting: Setting) -> Tally:
    """Bring a batch of terminations in, inside the caller's transaction."""
    tally = Tally()
    customers = references.customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    products = hands.of_records(Termination, batch, customers, setting)
    batch = hands.product_known(batch, products, tally)
    _hold({products[each.row.external_id] for each in batch})
    # What is asked comes first: a row behind it may tell how it ended.
    asked = [each for each in batch if each.row.is_open]
    ended = [each for each in batch if not each.row.is_open]
    _land(asked, customers, products, setting, tally)
    told = [(each, products[each.row.external_id]) for each in ended]
    settled, others = settling.settle(told, setting, tally)
    _land(others, customers, products, setting, tally)
    _end_products(settled, setting)
    return tally


def _hold(products: Iterable[int]) -> None:
    """Lock the products before their terminations, as the desks do, or the two would wait for each other."""
    held = Product.objects.select_for_update(no_key=True).filter(pk__in=products).order_by("pk")
    list(held.values_list("pk"))


def _land(
    batch: Sequence[Parsed[TerminationRow]], customers: Mapping[str, int], products: Mapping[str, int],
    setting: Setting, tally: Tally,
) -> None:  # fmt: skip
    """Bring rows in, each as a record of its own."""
    numbers = [each.row.number or numbered(each.row, 24) for each in batch]
    held = settling.held_here(batch, numbers, setting, tally)
    new = [(each, number) for each, number in zip(batch, numbers, strict=True) if each.row.external_id not in held]
    batch = numbers_free(Termination, setting.source, [each for each, _n in new], [n for _each, n in new], tally)
    batch = _one_open(batch, products, tally)
    landed = upsert(
        Termination, setting, {p.row.external_id: _values(p.row, customers, products) for p in batch},
        natural=("number",), untold=untold(batch, ("number", "reason")),
    )  # fmt: skip
    _end_products([landed.records[key] for key in landed.created | landed.updated], setting)
    tally.add(tally_of(landed, batch))


def _end_products(terminations: Iterable[Termination], setting: Setting) -> None:
    """What an executed baja says of its product: it has ended, unless it was installed later or is another's now."""
    executed = [(each.executed_at, each) for each in terminations if each.executed_at]
    by_product = {each.product_id: (at, each) for at, each in sorted(executed, key=lambda pair: pair[0])}
    ended = []
    for product in Product.objects.filter(pk__in=by_product).exclude(status=Product.Status.TERMINATED).order_by("pk"):
        executed_at, termination = by_product[product.pk]
        day = clock.local(executed_at).date()
        is_theirs = product.customer_id == termination.customer_id
        if is_theirs and (product.started_on is None or product.started_on <= day):
            reason = PRODUCT_REASONS.get(Termination.Reason(termination.reason), Product.Reason.REQUEST)
            fresh = {"status": Product.Status.TERMINATED.value, "reason": str(reason), "ended_on": day}
            setting.ledger.change(product, fresh)
            ended.append(product)
    Product.objects.bulk_update(ended, ["status", "reason", "ended_on"], batch_size=200)
    courtesies_end({product.pk: by_product[product.pk][1].reason for product in ended})


def _one_open(
    batch: Sequence[Parsed[TerminationRow]], products: Mapping[str, int], tally: Tally
) -> list[Parsed[TerminationRow]]:
    """The rows that do not open a second termination on a product."""
    keys = {products[p.row.external_id] for p in batch if p.row.is_open}
    owners: dict[int, str] = dict(waiting().filter(product__in=keys).values_list("product", "number"))
    kept = []
    for each in batch:
        product = products[each.row.external_id]
        number = each.row.number or numbered(each.row, 24)
        if each.row.is_open and owners.setdefault(product, number) != number:
            sentence = _("the product has an open termination already: %(number)s") % {"number": owners[product]}
            tally.reject(each.raw.line, [("product", each.row.product, sentence)])
        else:
            kept.append(each)
    return kept


def _values(row: TerminationRow, customers: Mapping[str, int], products: Mapping[str, int]) -> dict[str, Any]:
    return {
        "number": row.number or numbered(row, 24),
        "customer_id": customers[row.customer],
        "product_id": products[row.external_id],
        "reason": row.reason.value,
        **given(row, GIVEN),
        **({"return_items": list(row.return_items)} if row.return_items else {}),
        **({} if row.returned_items is None else {"returned_items": list(row.returned_items)}),
    }


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` terminations behind the key `after`, as rows."""
    rows = Termination.objects.filter(pk__gt=after).select_related("customer", "product__customer").order_by("pk")
    for each in rows[:many]:
        yield each.pk, {
            "source": each.source, "external_id": each.external_id or each.number, "number": each.number,
            "customer": references.word_for(each, each.customer),
            "product": references.word_for(each, each.product),
            "product_customer": references.holder_of(each, each.product), "reason": each.reason,
            **{name: getattr(each, name) for name in GIVEN}, "return_items": ";".join(each.return_items),
            "returned_items": None if each.returned_items is None else ";".join(each.returned_items) or "none",
        }  # fmt: skip
