"""Reads of terminations, and the counts of the indicator (III.2)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Func, IntegerField, QuerySet

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.products.models import Product
from arraigo.terminations.models import Termination


@dataclass(frozen=True)
class MonthCount:
    """The terminations of one month in Cochabamba, products counted one by one."""

    requested: int = 0
    """Registered in the month and not withdrawn since; without those apart."""
    executed: int = 0
    """Executed in the month; without those apart."""
    requested_apart: dict[str, int] = field(default_factory=dict)
    """Reason that stands apart → registered and not withdrawn."""
    executed_apart: dict[str, int] = field(default_factory=dict)
    """Reason that stands apart → executed."""


def monthly_counts(months: Sequence[dt.date], apart: Collection[str] = Termination.APART) -> dict[dt.date, MonthCount]:
    """Counts for each of `months` (first days); reasons in `apart` are counted beside, not in.

    Terminations without dates count nowhere.
    """
    if not months:
        return {}
    requested = _by_month("requested_at", months, withdrawn_at=None)
    executed = _by_month("executed_at", months)
    return {
        month: MonthCount(
            requested=_without(apart, requested[month]),
            executed=_without(apart, executed[month]),
            requested_apart=_only(apart, requested[month]),
            executed_apart=_only(apart, executed[month]),
        )
        for month in months
    }


def _by_month(moment: str, months: Sequence[dt.date], **filters: None) -> dict[dt.date, Counter[str]]:
    """Month → reason → how many terminations have `moment` in it."""
    begin, end = clock.start_of_day(min(months)), clock.start_of_day(clock.next_month(max(months)))
    rows = (
        Termination.objects.filter(**{f"{moment}__gte": begin, f"{moment}__lt": end}, **filters)
        .values_list(MonthPlace(moment, months), "reason")
        .annotate(count=Count("id"))
    )
    found: dict[dt.date, Counter[str]] = {month: Counter() for month in months}
    for place, reason, count in rows:
        if place is not None:
            found[sorted(months)[place]][reason] += count
    return found


class MonthPlace(Func):
    """The place in sorted `months` of the one that holds the field `moment`; null for none.

    Found by halving with comparisons alone: a database's month function costs several times as much. Written
    as one piece of SQL, since Django takes longer over two dozen `Case` than the database over the answer.
    """

    output_field = IntegerField()

    def __init__(self, moment: str, months: Sequence[dt.date]) -> None:
        super().__init__(F(moment))
        self.months = sorted(months)

    def as_sql(self, compiler: Any, connection: Any, *_given: Any, **_named: Any) -> tuple[str, tuple[Any, ...]]:
        column, given = compiler.compile(self.source_expressions[0])
        if given:
            raise ValueError("MonthPlace reads a field.")
        edges = [clock.start_of_day(month) for month in (*self.months, clock.next_month(self.months[-1]))]
        adapted = [connection.ops.adapt_datetimefield_value(edge) for edge in edges]
        params: list[Any] = [adapted[0], adapted[-1]]
        within = _halves(column, adapted, 0, len(self.months), params)
        return f"CASE WHEN {column} >= %s AND {column} < %s THEN {within} END", tuple(params)


def _halves(column: str, edges: Sequence[Any], first: int, end: int, params: list[Any]) -> str:
    """SQL for the place, from `first` on and before `end`, of the month that holds `column`."""
    if end - first == 1:
        return str(first)
    half = (first + end) // 2
    params.append(edges[half])
    before, after = (_halves(column, edges, *part, params) for part in ((first, half), (half, end)))
    return f"CASE WHEN {column} < %s THEN {before} ELSE {after} END"


def _without(apart: Collection[str], reasons: Counter[str]) -> int:
    return sum(count for reason, count in reasons.items() if reason not in apart)


def _only(apart: Collection[str], reasons: Counter[str]) -> dict[str, int]:
    return {reason: reasons[reason] for reason in apart}


def open_termination(product: Product) -> Termination | None:
    """The requested termination of `product` that is neither withdrawn nor executed."""
    return _open().filter(product=product).first()


def _open() -> QuerySet[Termination]:
    return Termination.objects.filter(requested_at__isnull=False, withdrawn_at=None, executed_at=None)


def of_customer(customer: Customer) -> QuerySet[Termination]:
    """All terminations of a customer, the latest first."""
    return Termination.objects.filter(customer=customer).select_related("product__offering").order_by("-id")


def of_case(case_number: str) -> QuerySet[Termination]:
    """The terminations that a case ended in."""
    return Termination.objects.filter(case_number=case_number).select_related("product__offering").order_by("id")
