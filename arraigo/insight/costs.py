"""What keeping customers costs: credits, courtesies at list price, visits at the policy's price. In Bs."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from pydantic import BaseModel

from arraigo.billing.models import Adjustment, BillingClaim
from arraigo.compiled import compiled, counted, totals
from arraigo.insight import sets
from arraigo.money import ZERO, bs
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy
from arraigo.retention.models import RetentionCase

WAIVERS, COMPENSATIONS = BillingClaim.Kind.BILL_WAIVER.value, BillingClaim.Kind.COMPENSATION.value
COURTESIES, VISITS = "courtesy", "visit"


class Cost(BaseModel, frozen=True):
    """One kind of giving."""

    kind: str
    count: int
    amount: Decimal


def of_visit(policy: Policy) -> Decimal:
    """What one visit costs; nothing in versions that have no price for it."""
    return bs(policy.value("visit.cost", 0))


def of_month(span: sets.Span, policy: Policy) -> list[Cost]:
    """What was given in the month, by kind."""
    visits = _visits(span.begin, span.end)
    return [
        _cost(WAIVERS, _credits(WAIVERS, span.begin, span.end)),
        _cost(COMPENSATIONS, _credits(COMPENSATIONS, span.begin, span.end)),
        _cost(COURTESIES, _courtesies(span.begin, span.end)),
        Cost(kind=VISITS, count=visits, amount=visits * of_visit(policy)),
    ]


Sums = list[dict[str, Any]]
"""`count` and `amount` in one row; no amount where nothing was given."""


def _cost(kind: str, given: Sums) -> Cost:
    return Cost(kind=kind, count=given[0]["count"], amount=given[0]["amount"] or ZERO)


@compiled
def _credits(kind: str, begin: dt.datetime, end: dt.datetime) -> QuerySet[Adjustment, dict[str, Any]]:
    return totals(sets.credits(kind, sets.Span(begin, end)), count=Count("id"), amount=Sum("amount"))


@compiled
def _courtesies(begin: dt.datetime, end: dt.datetime) -> QuerySet[Courtesy, dict[str, Any]]:
    return totals(sets.courtesies(sets.Span(begin, end)), count=Count("id"), amount=Sum("cost"))


@counted
def _visits(begin: dt.datetime, end: dt.datetime) -> QuerySet[WorkOrder]:
    return sets.visits(sets.Span(begin, end))


def of_judged(span: sets.Span, policy: Policy) -> Decimal:
    """Everything that was given, in whatever month, to the cases judged in this one."""
    begin, end = span.begin, span.end
    given = (*_credited(begin, end), *_granted(begin, end))
    return sum((row["amount"] or ZERO for row in given), ZERO) + _visited(begin, end) * of_visit(policy)


def _judged(begin: dt.datetime, end: dt.datetime) -> QuerySet[RetentionCase, Any]:
    return sets.CASES["judged"](sets.Span(begin, end)).filter(proactive=False).values("number")


@compiled
def _credited(begin: dt.datetime, end: dt.datetime) -> QuerySet[Adjustment, dict[str, Any]]:
    return totals(Adjustment.objects.filter(claim__case_number__in=_judged(begin, end)), amount=Sum("amount"))


@compiled
def _granted(begin: dt.datetime, end: dt.datetime) -> QuerySet[Courtesy, dict[str, Any]]:
    rows = Courtesy.objects.filter(case_number__in=_judged(begin, end))
    return totals(rows.exclude(status=Courtesy.Status.WITHDRAWN), amount=Sum("cost"))


@counted
def _visited(begin: dt.datetime, end: dt.datetime) -> QuerySet[WorkOrder]:
    done = (OrderState.COMPLETED, OrderState.FAILED, OrderState.PARTIAL)
    return WorkOrder.objects.filter(case_number__in=_judged(begin, end), state__in=done)
