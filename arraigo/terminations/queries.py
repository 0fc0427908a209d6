"""Reads of terminations, and the counts of the indicator (III.2)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

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
        .values_list(month_place(moment, months), "reason")
        .annotate(count=Count("id"))
    )
    found: dict[dt.date, Counter[str]] = {month: Counter() for month in months}
    for place, reason, count in rows:
        if place is not None:
            found[sorted(months)[place]][reason] += count
    return found


def month_place(moment: str, months: Sequence[dt.date]) -> Case | Value:
    """The place in sorted `months` of the one that holds the field `moment`, as an expression; None for none.

    Found by halving with comparisons alone: a database's month function costs several times as much.
    """
    spans = [(clock.start_of_day(month), clock.start_of_day(clock.next_month(month))) for month in sorted(months)]
    return _place(moment, spans, 0)


def _place(moment: str, spans: Sequence[tuple[dt.datetime, dt.datetime]], first: int) -> Case | Value:
    if len(spans) == 1:
        begins, ends = spans[0]
        within = When(**{f"{moment}__gte": begins, f"{moment}__lt": ends}, then=Value(first))
        return Case(within, default=Value(None), output_field=IntegerField())
    half = len(spans) // 2
    before = When(**{f"{moment}__lt": spans[half][0]}, then=_place(moment, spans[:half], first))
    return Case(before, default=_place(moment, spans[half:], first + half), output_field=IntegerField())


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
