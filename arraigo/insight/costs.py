"""What keeping customers costs: credits, courtesies and visits at what the policy says. In Bs."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, OuterRef, QuerySet, Subquery, Sum, Value
from pydantic import BaseModel

from arraigo.billing.models import Adjustment, BillingClaim
from arraigo.compiled import compiled, counted, totals
from arraigo.insight import sets
from arraigo.money import ZERO, bs
from arraigo.orders.models import WorkOrder
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


FIGURES = (*sets.GIVEN, "spent", "cost_per_save")
"""Figures in Bs that lead to cases."""
_AMOUNTS: dict[str, Aggregate] = {
    WAIVERS: Sum("amount"), COMPENSATIONS: Sum("amount"), COURTESIES: Sum("cost"), VISITS: Count("id"),
}  # fmt: skip
_ALWAYS = sets.Span(dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 1, 1, tzinfo=dt.UTC))


def by_case(figure: str, span: sets.Span, policy: Policy, numbers: Sequence[str]) -> dict[str, Decimal]:
    """What each of the cases `numbers` has of one of `FIGURES`, in Bs: together, over all its cases, the figure.

    Of the month `span`; of whatever month for the cost per save, which is then shared among those saved.
    """
    found = dict.fromkeys(numbers, ZERO)
    for kind in sets.GIVEN if figure not in sets.GIVEN else (figure,):
        rows, number = sets.of_cases(kind, _ALWAYS if figure == "cost_per_save" else span, numbers)
        for case, given in rows.values_list(number).annotate(given=_AMOUNTS[kind]):
            found[case] += given * of_visit(policy) if kind == VISITS else given
    return found


def of_judged(span: sets.Span, policy: Policy) -> Decimal:
    """Everything that was given, in whatever month, to the cases judged in this one."""
    [given] = _given(span.begin, span.end)
    credited, granted = given["credited"] or ZERO, given["granted"] or ZERO
    return credited + granted + (given["visited"] or 0) * of_visit(policy)


@compiled
def _given(begin: dt.datetime, end: dt.datetime) -> QuerySet[RetentionCase, dict[str, Any]]:
    """Case by case along the indexes of case numbers: looking for the cases of each thing given reads all of them."""
    judged = sets.CASES["judged"](sets.Span(begin, end)).filter(proactive=False)
    number = OuterRef("number")
    # As the index of their case numbers has it, or each is looked for among all.
    courtesies = Courtesy.objects.exclude(case_number="").exclude(status=Courtesy.Status.WITHDRAWN)
    each = judged.annotate(
        case_credited=_sum(Adjustment.objects.filter(claim__case_number=number), Sum("amount")),
        case_granted=_sum(courtesies.filter(case_number=number), Sum("cost")),
        case_visited=_sum(WorkOrder.objects.filter(case_number=number, state__in=sets.VISITED), Count("id")),
    )
    return totals(each, **{name: Sum(f"case_{name}") for name in ("credited", "granted", "visited")})


def _sum(rows: QuerySet[Any], aggregate: Aggregate) -> Subquery:
    """`aggregate` over rows of one case."""
    alike: Any = rows.order_by().annotate(every=Value(1)).values("every")
    return Subquery(alike.annotate(found=aggregate).values("found"))
