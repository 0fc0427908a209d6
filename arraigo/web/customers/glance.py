"""What the page of a customer reads of the past: the newest few of each; the timeline has all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet, Window

from arraigo.compiled import Question, compiled, each_of
from arraigo.customers.models import Customer
from arraigo.orders.models import WorkOrder
from arraigo.products.models import Courtesy, Product
from arraigo.retention.models import Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination

MOST_PAST = 4
"""The most of past cases, promises, courtesies, receipts and terminations that are read of each."""
ROOM = 5
"""Lines of the past that stay above the fold at 1440 x 900: one for each kind, the rest in turn."""
MOST_OPEN, OPEN_AMONG = 2, 6
"""Open work orders shown, of so many that are read."""


@compiled
def cases(customer: Customer) -> QuerySet[RetentionCase]:
    return _of_all(RetentionCase.objects.filter(customer=customer)).order_by("-opened_at", "-id")[:MOST_PAST]


@compiled
def terminations(customer: Customer) -> QuerySet[Termination]:
    """All of them, the latest first: its products tell of theirs too."""
    return Termination.objects.filter(customer=customer).order_by("-requested_at", "-id")


@compiled
def promises(customer: Customer) -> QuerySet[Promise]:
    return _of_all(Promise.objects.filter(customer=customer)).order_by("-made_at", "-id")[:MOST_PAST]


@compiled
def courtesies(products: Sequence[Product]) -> QuerySet[Courtesy]:
    given = Courtesy.objects.filter(product__in=each_of(products))
    return _of_all(given).order_by("-starts_at", "-id")[:MOST_PAST]


@compiled
def receipts(cases: Sequence[int]) -> QuerySet[Receipt]:
    return _of_all(Receipt.objects.filter(case__in=each_of(cases))).order_by("-id")[:MOST_PAST]


@compiled
def _newest_orders(customer: Customer) -> QuerySet[WorkOrder]:
    rows = WorkOrder.objects.filter(customer=customer).select_related("technician", "visit")
    return _of_all(rows).order_by("-created_at", "-id")[:OPEN_AMONG]


def asked(customer: Customer) -> list[Question]:
    """What is asked of every customer."""
    asked_alike = (terminations, cases, promises, _newest_orders)
    return [each.of(customer) for each in asked_alike]


def orders(customer: Customer) -> tuple[list[WorkOrder], int]:
    """Open work orders, or the last one that was closed, with technicians and visits; how many more there are."""
    read = _newest_orders(customer)
    shown = [order for order in read if order.closed_at is None][:MOST_OPEN] or read[:1]
    return shown, _all(read) - len(shown)


def fitted(past: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Sequence[Any]], dict[str, int]]:
    """The newest of each kind of the past for which there is room, and how many more of each there are."""
    turns = [kind for place in range(MOST_PAST) for kind, rows in past.items() if place < len(rows)]
    shown = Counter(turns[:ROOM])
    more = {kind: _all(rows) - shown[kind] for kind, rows in past.items()}
    return {kind: rows[: shown[kind]] for kind, rows in past.items()}, more


def _of_all(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`rows`, each knowing how many there are without the limit: counted on the way, without a query of its own."""
    counted: QuerySet[Any] = rows.annotate(of_all=Window(Count("pk")))
    return counted


def _all(rows: Sequence[Any]) -> int:
    return getattr(rows[0], "of_all", len(rows)) if rows else 0
