"""The baja: requested, withdrawn, executed."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction

from arraigo import clock
from arraigo.bss import actions as outbox
from arraigo.eventlog.actions import record
from arraigo.numbering import numbered_many
from arraigo.people.models import User
from arraigo.products.actions import terminate_product
from arraigo.products.courtesies import withdraw_all
from arraigo.products.models import Product
from arraigo.products.signals import product_terminated
from arraigo.records import key_of
from arraigo.terminations import queries
from arraigo.terminations.errors import (
    AlreadyTerminated,
    ExecutedOutOfTime,
    NothingMissing,
    NothingToTerminate,
    SeveralCustomers,
    TerminationClosed,
    TerminationOpen,
)
from arraigo.terminations.models import Termination
from arraigo.terminations.signals import termination_withdrawn, terminations_requested

PREFIX = "BJ"
RECEIPT_PREFIX = "CB"

PRODUCT_REASONS = {
    Termination.Reason.ARREARS: Product.Reason.ARREARS,
    Termination.Reason.DEATH: Product.Reason.DEATH,
    Termination.Reason.MOVING: Product.Reason.MOVING,
    Termination.Reason.UNKNOWN: Product.Reason.UNKNOWN,
}
"""Why the product ended; every other reason is the customer's request."""


@transaction.atomic(savepoint=False)
def request_termination(
    products: Iterable[Product],
    *,
    reason: str,
    case_number: str,
    return_items: Sequence[str] = (),
    return_by: dt.date | None = None,
    actor: User | None,
) -> list[Termination]:
    """Register the baja of `products` of one customer, under one receipt number.

    Leaving is never obstructed: nothing but a product that is gone or leaving already is refused.
    Raises NothingToTerminate, SeveralCustomers, AlreadyTerminated, TerminationOpen.
    """
    leaving = _locked(products)
    _check(leaving)
    now = clock.now()
    numbers = numbered_many(Termination, PREFIX, now, len(leaving))
    receipt = str(numbers[0]["number"]).replace(PREFIX, RECEIPT_PREFIX, 1)
    terminations = Termination.objects.bulk_create(
        Termination(
            **number,
            receipt=receipt,
            customer_id=product.customer_id,
            product=product,
            case_number=case_number,
            reason=reason,
            requested_at=now,
            return_items=list(return_items),
            return_by=return_by,
            registered_by=actor,
        )
        for number, product in zip(numbers, leaving, strict=True)
    )
    _record_request(terminations, actor)
    outbox.send_all(_command("request", termination) for termination in terminations)
    terminations_requested.send(Termination, terminations=terminations)
    return terminations


def _locked(products: Iterable[Product]) -> list[Product]:
    keys = [product.pk for product in products]
    rows = Product.objects.select_for_update(no_key=True, of=("self",)).select_related("customer", "offering")
    return list(rows.filter(pk__in=keys).order_by("pk"))


def _check(products: list[Product]) -> None:
    if not products:
        raise NothingToTerminate()
    if len({product.customer_id for product in products}) > 1:
        raise SeveralCustomers()
    for product in products:
        if not product.is_alive:
            raise AlreadyTerminated(product.number)
    for termination in queries.waiting().filter(product__in=products).select_related("product"):
        raise TerminationOpen(termination.product.number, termination.number)


def _record_request(terminations: list[Termination], actor: User | None) -> None:
    """One event about the customer, who leaves with one receipt."""
    first = terminations[0]
    data = {
        "receipt": first.receipt,
        "reason": first.reason,
        "terminations": {each.number: each.product.number for each in terminations},
        "return_items": first.return_items,
        "return_by": first.return_by.isoformat() if first.return_by else None,
    }
    customer = first.product.customer
    record("termination.requested", customer, actor=actor, case_number=first.case_number, data=data)


def _command(verb: str, termination: Termination) -> outbox.Order:
    payload = {
        "number": termination.number,
        "product": termination.product.number,
        "reason": termination.reason,
        "at": clock.now().isoformat(),
    }
    kind = f"termination.{verb}"
    return outbox.Order(kind, payload, termination.case_number, f"{kind}:{termination.number}")


def _open(wanted: Termination | int) -> Termination:
    """The termination, locked behind its product, as files and requests hold the two. Raises TerminationClosed."""
    Product.objects.select_for_update(no_key=True, of=("self",)).get(terminations=key_of(wanted))
    rows = Termination.objects.select_for_update(of=("self",)).select_related("product")
    termination = rows.get(pk=key_of(wanted))
    if termination.withdrawn_at or termination.executed_at:
        raise TerminationClosed(termination.number)
    return termination


@transaction.atomic(savepoint=False)
def withdraw_termination(termination: Termination | int, *, actor: User | None) -> Termination:
    """The customer stays after all: the request counts no longer. Raises TerminationClosed."""
    termination = _open(termination)
    termination.withdrawn_at = _not_before_request(termination)
    termination.save(update_fields=["withdrawn_at"])
    _record("withdrawn", termination, actor)
    if outbox.call_off([f"termination.request:{termination.number}"]):
        outbox.send_all([_command("withdraw", termination)])
    termination_withdrawn.send(Termination, termination=termination, actor=actor)
    return termination


@transaction.atomic(savepoint=False)
def execute_termination(
    termination: Termination | int,
    *,
    on: dt.date | None = None,
    returned: Sequence[str] | None = None,
    actor: User | None,
) -> Termination:
    """The product is switched off, `on` a day (None: now): it ends with the reason, unless it has ended already.

    `returned`: the equipment that was given back, of `return_items`; None: nobody noted it. Raises TerminationClosed,
    ExecutedOutOfTime.
    """
    termination = _open(termination)
    _executed(termination, on, returned)
    if termination.product.is_alive:
        assert termination.executed_at is not None
        _end(termination.product, termination.reason, clock.local(termination.executed_at).date())
    withdraw_all([termination.product_id], actor=actor, reason=termination.reason)
    _record("executed", termination, actor)
    product_terminated.send(Product, product=termination.product, case_number=termination.case_number, actor=actor)
    return termination


@transaction.atomic(savepoint=False)
def note_returned(termination: Termination | int, items: Sequence[str], *, actor: User | None) -> Termination:
    """Equipment, of `return_items`, came back after the termination was executed. Raises NothingMissing."""
    rows = Termination.objects.select_for_update(of=("self",)).select_related("product")
    termination = rows.get(pk=key_of(termination))
    came = _among(termination.not_noted, items)
    if termination.executed_at is None or not came:
        raise NothingMissing(termination.number)
    termination.returned_items = [*(termination.returned_items or ()), *came]
    termination.save(update_fields=["returned_items"])
    _record("returned", termination, actor)
    return termination


@transaction.atomic(savepoint=False)
def end_product(product: Product, reason: str, on: dt.date | None, *, actor: User | None) -> Product:
    """End a product for `reason` (`Product.Reason`) on a day (None: not known); its open baja is executed by that.

    Raises ProductGone, TerminationNeedsReason, EndsBeforeStart.
    """
    held = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    asked = queries.waiting().select_for_update(of=("self",)).select_related("product")
    termination = asked.filter(product=held).first()
    case_number = termination.case_number if termination else ""
    ended = terminate_product(product, reason, on, actor, case_number=case_number)
    if termination:
        requested = clock.local(_requested_at(termination)).date()
        _executed(termination, max(on, requested) if on else None)
        _record("executed", termination, actor)
    return ended


def _executed(termination: Termination, on: dt.date | None, returned: Sequence[str] | None = None) -> None:
    today, requested_at = clock.today(), _requested_at(termination)
    if on is None or on == today:
        termination.executed_at = _not_before_request(termination)
    elif clock.local(requested_at).date() <= on < today:
        termination.executed_at = max(clock.start_of_day(on), requested_at)
    else:
        raise ExecutedOutOfTime(termination.number, on)
    if returned is not None:
        termination.returned_items = _among(termination.return_items, returned)
    termination.save(update_fields=["executed_at", "returned_items"])


def _among(listed: Sequence[str], items: Sequence[str]) -> list[str]:
    """What of the listed items is among `items`; of two that are named alike each counts."""
    return list((Counter(listed) & Counter(items)).elements())


def _requested_at(termination: Termination) -> dt.datetime:
    return termination.requested_at or clock.now()


def _not_before_request(termination: Termination) -> dt.datetime:
    """Now; the clocks of two servers may differ by a little."""
    return max(clock.now(), _requested_at(termination))


def _end(product: Product, reason: str, day: dt.date) -> None:
    product.status = Product.Status.TERMINATED
    product.reason = PRODUCT_REASONS.get(Termination.Reason(reason), Product.Reason.REQUEST)
    product.ended_on = max(day, product.started_on or day)
    product.save(update_fields=["status", "reason", "ended_on"])


def _record(verb: str, termination: Termination, actor: User | None) -> None:
    record(
        f"termination.{verb}",
        termination,
        actor=actor,
        case_number=termination.case_number,
        data={
            "number": termination.number,
            "product": termination.product.number,
            "reason": termination.reason,
            **({"missing_items": termination.missing_items} if verb in ("executed", "returned") else {}),
        },
    )
