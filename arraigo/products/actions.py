"""What is done with products and with the catalogue. Courtesies: see `products.courtesies`."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from arraigo.customers.index import reindex
from arraigo.customers.models import Customer
from arraigo.eventlog.actions import record
from arraigo.people.models import User
from arraigo.products.courtesies import (
    end_due_courtesies,
    grant_courtesy,
    start_due_courtesies,
    withdraw_all,
    withdraw_courtesy,
    withdraw_scheduled,
)
from arraigo.products.errors import EndsBeforeStart, NumberTaken, ProductGone, TerminationNeedsReason
from arraigo.products.models import Offering, Product
from arraigo.products.signals import product_terminated
from arraigo.records import key_of, unless_taken

__all__ = [
    "add_product",
    "change_status",
    "end_due_courtesies",
    "fill_catalogue",
    "grant_courtesy",
    "start_due_courtesies",
    "terminate_product",
    "withdraw_courtesy",
    "withdraw_scheduled",
]


@transaction.atomic(savepoint=False)
def add_product(
    customer: Customer,
    offering: Offering,
    *,
    number: str,
    actor: User | None,
    price: Decimal | None = None,
    bundle: str = "",
    status: str = Product.Status.ACTIVE,
    started_on: dt.date | None = None,
) -> Product:
    """Note what a customer has installed, at its list price (Bs) or `price`. Raises NumberTaken."""
    with unless_taken(Product.objects.filter(number=number), NumberTaken(number)):
        product = Product.objects.create(
            number=number,
            customer=customer,
            offering=offering,
            price=offering.list_price if price is None else price,
            bundle=bundle,
            status=status,
            started_on=started_on,
        )
    reindex([customer])
    told = {"number": number, "offering": offering.code, "price": str(product.price), "status": status}
    record("product.added", product, actor=actor, data=told)
    return product


@transaction.atomic(savepoint=False)
def change_status(product: Product | int, status: str, *, actor: User | None, reason: str = "") -> Product:
    """Activate or suspend the product. Raises ProductGone; TerminationNeedsReason to end it without one."""
    if status == Product.Status.TERMINATED:
        return terminate_product(product, reason, on=None, actor=actor)
    held = _locked(product)
    before, held.status, held.reason = held.status, status, reason
    held.save(update_fields=["status", "reason"])
    told = {"number": held.number, "before": before, "after": status, "reason": reason}
    record("product.status_changed", held, actor=actor, data=told)
    return held


@transaction.atomic(savepoint=False)
def terminate_product(
    product: Product | int, reason: str, on: dt.date | None, actor: User | None, *, case_number: str = ""
) -> Product:
    """End the product for `reason` (`Product.Reason`) on a day (None: not known), and its courtesies.

    Raises ProductGone, TerminationNeedsReason, EndsBeforeStart.
    """
    held = _locked(product)
    if not reason:
        raise TerminationNeedsReason(held.number)
    if on and held.started_on and on < held.started_on:
        raise EndsBeforeStart(held.number, f"{on:%d/%m/%Y}")
    before, held.status, held.reason, held.ended_on = held.status, Product.Status.TERMINATED, reason, on
    held.save(update_fields=["status", "reason", "ended_on"])
    withdraw_all([held.pk], actor=actor, reason=reason)
    told = {"number": held.number, "before": before, "reason": reason, "on": on.isoformat() if on else None}
    record("product.terminated", held, actor=actor, case_number=case_number, data=told)
    product_terminated.send(Product, product=held, case_number=case_number, actor=actor)
    return held


def _locked(product: Product | int) -> Product:
    """The product's row, held for this transaction. Raises ProductGone."""
    held = Product.objects.select_for_update(no_key=True).get(pk=key_of(product))
    if not held.is_alive:
        raise ProductGone(held.number)
    return held


@transaction.atomic(savepoint=False)
def fill_catalogue(offerings: Iterable[Mapping[str, Any]], *, actor: User | None = None) -> int:
    """Add or update offerings by their `code` (fields of `Offering`, prices in Bs); how many. One event."""
    rows = [Offering(**offering) for offering in offerings]
    if not rows:
        return 0
    fields = ["name", "service", "technology", "list_price", "speed_mbps", "is_sold"]
    Offering.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    codes = sorted(row.code for row in rows)
    first = Offering.objects.get(code=codes[0])
    record("catalogue.filled", first, actor=actor, data={"codes": codes})
    return len(rows)
