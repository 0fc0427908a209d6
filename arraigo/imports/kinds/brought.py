"""Products that a customer's row brings along, the month that waits to be billed, and who has left."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.billing.models import Bill, BillLine
from arraigo.imports import store
from arraigo.imports.fields import plain_number
from arraigo.imports.kinds.endings import courtesies_end
from arraigo.imports.landing import Landed, Parsed, Setting, short, upsert
from arraigo.imports.mapping import Brought, ColumnMapping
from arraigo.money import CENTAVO, ZERO, bs
from arraigo.products.models import Offering, Product
from arraigo.terminations.models import Termination


def apportion(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` Bs shared out by `weights`, to the centavo: the shares sum up to it exactly."""
    whole = sum(weights)
    shares = [(total * weight / whole).quantize(CENTAVO, rounding="ROUND_DOWN") for weight in weights]
    left = int((total - sum(shares, ZERO)) / CENTAVO)
    # The centavos that are left go to the heaviest first.
    order = sorted(range(len(weights)), key=lambda n: -weights[n])
    for position in range(left):
        shares[order[position % len(order)]] += CENTAVO
    return shares


def charge(cells: Mapping[str, str], mapping: ColumnMapping) -> Decimal | None:
    """The monthly charge of a row, in Bs; None where it is no amount."""
    try:
        amount = Decimal(plain_number(cells[mapping.monthly_charge], mapping.decimal))
        return bs(amount) if amount.is_finite() and ZERO <= amount < 10**10 else None
    except (InvalidOperation, ValueError):
        return None


def problem(cells: Mapping[str, str], mapping: ColumnMapping) -> list[tuple[str, str, str]]:
    """What is wrong with the row's monthly charge."""
    header = mapping.monthly_charge
    if not header:
        return []
    value, amount = cells.get(header, ""), charge(cells, mapping)
    if amount is None:
        return [(header, value, _("“%(value)s” is no amount in Bs") % {"value": value})]
    if amount and mapping.products and not mapping.brought_by(cells):
        return [(header, value, _("is charged, and the row brings no product that the mapping knows"))]
    return []


def land(batch: Sequence[Parsed[Any]], landed: Landed, setting: Setting) -> set[str]:
    """Bring the products, terminations and open bills in; external ids of the customers that changed."""
    mapping = setting.mapping
    if not mapping.products:
        return set()
    offerings = _offerings(mapping.products)
    wanted: dict[str, dict[str, Any]] = {}
    owners: dict[str, str] = {}
    for each in batch:
        for key, values in _products(each, landed, setting, offerings).items():
            wanted[key], owners[key] = values, each.row.external_id
    products = upsert(Product, setting, wanted)
    courtesies_end({p.pk: p.reason for p in _ended(products)})
    changed = {owners[key] for key in products.created | products.updated}
    changed |= {owners[key] for key in _terminations(products, setting)}
    return changed | _bills(landed, products, owners, setting)


def _ended(products: Landed) -> list[Product]:
    """The products that were there before and have left now."""
    return [record for key in products.updated if not (record := products.records[key]).is_alive]


def _offerings(brought: Sequence[Brought]) -> dict[str, int]:
    """The catalogue's entries of what a mapping brings, made where they are missing."""
    Offering.objects.bulk_create(
        (
            Offering(code=b.code, name=b.name, service=b.service, technology=b.technology, list_price=bs(b.weight))
            for b in brought
        ),
        ignore_conflicts=True,
    )
    return dict(Offering.objects.filter(code__in=[b.code for b in brought]).values_list("code", "pk"))


def _products(
    each: Parsed[Any], landed: Landed, setting: Setting, offerings: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    mapping, key = setting.mapping, each.row.external_id
    brought = mapping.brought_by(each.raw.cells)
    total = charge(each.raw.cells, mapping) if mapping.monthly_charge else None
    prices = apportion(total or ZERO, [b.weight for b in brought])
    ended = mapping.is_terminated(each.raw.cells)
    return {
        f"{key}/{b.suffix}": {
            "number": short(f"{key}-{b.suffix}", 40),  # a slash would end the address of its page
            "customer_id": landed.records[key].pk,
            "offering_id": offerings[b.code],
            "price": price,
            "bundle": key[:40],
            **_standing(ended),
        }
        for b, price in zip(brought, prices, strict=True)
    }


def _standing(ended: bool) -> dict[str, str]:
    """A product that has left says so; one that has not keeps whatever it became here."""
    return {"status": Product.Status.TERMINATED.value, "reason": Product.Reason.UNKNOWN.value} if ended else {}


def _terminations(products: Landed, setting: Setting) -> set[str]:
    """A termination without dates for each product that the file says has left: it counts nowhere."""
    gone = {
        key: {
            "number": short(f"BJ-{product.number}", 24), "customer_id": product.customer_id, "product_id": product.pk,
            "reason": Termination.Reason.UNKNOWN.value,
        }
        for key, product in products.records.items()
        if product.reason == Product.Reason.UNKNOWN
    }  # fmt: skip
    return upsert(Termination, setting, gone).created


def _bills(landed: Landed, products: Landed, owners: Mapping[str, str], setting: Setting) -> set[str]:
    """The month that is not billed yet, one line per product; whose it is, where it is new or changed.

    It stays the month of the first import. A bill that was issued or credited since is left alone.
    """
    if not setting.mapping.monthly_charge:
        return set()
    lines: dict[str, list[Product]] = {}
    for key, owner in owners.items():
        lines.setdefault(owner, []).append(products.records[key])
    bills_there = Bill.objects.select_for_update(no_key=True).filter(source=setting.source, external_id__in=lines)
    have = {str(bill.external_id): bill for bill in bills_there.order_by("pk")}
    fresh = {key for key in lines if key not in have}
    stale = {key for key, bill in have.items() if _stale(bill, lines[key])}
    month = clock.month_of(clock.now())
    bills = [_bill(landed.records[key].pk, key, setting.source, month, lines[key]) for key in sorted(fresh)]
    setting.ledger.made(store.insert(Bill, bills))
    _write_lines(bills, lines, setting)
    _correct([have[key] for key in sorted(stale)], lines, setting)
    return fresh | stale


def _stale(bill: Bill, products: Sequence[Product]) -> bool:
    untouched = bill.state == Bill.State.UNBILLED and not bill.credited and not bill.paid
    return untouched and bill.total != sum((p.price for p in products), ZERO)


def _bill(customer_id: int, key: str, source: str, month: dt.date, products: Sequence[Product]) -> Bill:
    total = sum((product.price for product in products), ZERO)
    return Bill(customer_id=customer_id, source=source, external_id=key, month=month, total=total)


def _write_lines(bills: Sequence[Bill], products: Mapping[str, Sequence[Product]], setting: Setting) -> None:
    lines = [
        BillLine(bill=bill, product=product, description=product.number, amount=product.price)
        for bill in bills
        for product in products[str(bill.external_id)]
    ]
    setting.ledger.made(store.insert(BillLine, lines))


def _correct(bills: Sequence[Bill], products: Mapping[str, Sequence[Product]], setting: Setting) -> None:
    old = BillLine.objects.filter(bill__in=bills)
    setting.ledger.removed(old)
    old.delete()
    _write_lines(bills, products, setting)
    for bill in bills:
        total = sum((product.price for product in products[str(bill.external_id)]), ZERO)
        setting.ledger.change(bill, {"total": total})
    Bill.objects.bulk_update(bills, ["total"])
