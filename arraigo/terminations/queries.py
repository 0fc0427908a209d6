"""Reads of terminations, and the counts of the indicator (III.2)."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

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
    """Reason apart (arrears, death, moving) → registered and not withdrawn."""
    executed_apart: dict[str, int] = field(default_factory=dict)
    """Reason apart (arrears, death, moving) → executed."""


def monthly_counts(months: Sequence[dt.date], *, apart: Sequence[str] = Termination.APART) -> dict[dt.date, MonthCount]:
    """Counts for each of `months` (first days), the reasons `apart` beside them.

    Terminations without dates count nowhere.
    """
    if not months:
        return {}
    requested = _by_month("requested_at", months, withdrawn_at=None)
    executed = _by_month("executed_at", months)
    return {
        month: MonthCount(
            requested=_persuadable(requested[month], apart),
            executed=_persuadable(executed[month], apart),
            requested_apart=_apart(requested[month], apart),
            executed_apart=_apart(executed[month], apart),
        )
        for month in months
    }


def _by_month(moment: str, months: Sequence[dt.date], **filters: None) -> dict[dt.date, Counter[str]]:
    """Month → reason → how many terminations have `moment` in it."""
    begins, ends = clock.start_of_day(min(months)), clock.start_of_day(clock.next_month(max(months)))
    span = {f"{moment}__gte": begins, f"{moment}__lt": ends}
    rows = (
        Termination.objects.filter(**span, **filters)
        .values_list(TruncMonth(moment, tzinfo=clock.LA_PAZ), "reason")
        .annotate(count=Count("id"))
    )
    found: dict[dt.date, Counter[str]] = {month: Counter() for month in months}
    for month, reason, count in rows:
        if month.date() in found:
            found[month.date()][reason] += count
    return found


def _persuadable(reasons: Counter[str], apart: Sequence[str]) -> int:
    return sum(count for reason, count in reasons.items() if reason not in apart)


def _apart(reasons: Counter[str], apart: Sequence[str]) -> dict[str, int]:
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
