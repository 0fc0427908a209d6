"""What the page of a customer reads of the past: the newest few of each; the timeline has all."""

from collections.abc import Sequence

from django.db.models import QuerySet

from arraigo.compiled import Question, compiled, each_of
from arraigo.customers.models import Customer
from arraigo.orders.models import WorkOrder
from arraigo.products.models import Courtesy, Product
from arraigo.retention.models import Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination

MOST_PAST = 4
"""Past cases, promises, courtesies and terminations shown at a glance."""
LAST_VISITS = 3


@compiled
def cases(customer: Customer) -> QuerySet[RetentionCase]:
    return RetentionCase.objects.filter(customer=customer).order_by("-opened_at", "-id")[:MOST_PAST]


@compiled
def terminations(customer: Customer) -> QuerySet[Termination]:
    """All of them, the latest first: its products tell of theirs too."""
    return Termination.objects.filter(customer=customer).order_by("-requested_at", "-id")


@compiled
def promises(customer: Customer) -> QuerySet[Promise]:
    return Promise.objects.filter(customer=customer).order_by("-made_at", "-id")[:MOST_PAST]


@compiled
def courtesies(products: Sequence[Product]) -> QuerySet[Courtesy]:
    given = Courtesy.objects.filter(product__in=each_of(products))
    return given.order_by("-starts_at", "-id")[:MOST_PAST]


@compiled
def receipts(cases: Sequence[int]) -> QuerySet[Receipt]:
    return Receipt.objects.filter(case__in=each_of(cases)).order_by("-id")[:MOST_PAST]


@compiled
def _newest_orders(customer: Customer) -> QuerySet[WorkOrder]:
    rows = WorkOrder.objects.filter(customer=customer).select_related("technician", "visit")
    return rows.order_by("-created_at", "-id")[: LAST_VISITS + 3]


def asked(customer: Customer) -> list[Question]:
    """What is asked of every customer."""
    asked_alike = (terminations, cases, promises, _newest_orders)
    return [each.of(customer) for each in asked_alike]


def orders(customer: Customer) -> list[WorkOrder]:
    """Open work orders, and the last ones that were closed, with their technicians and visits."""
    return sorted(_newest_orders(customer), key=lambda order: order.closed_at is not None)[:LAST_VISITS]
