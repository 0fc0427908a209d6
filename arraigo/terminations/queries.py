"""Reads of terminations, and the counts of the indicator (III.2)."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet

from arraigo import clock
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
    requested = _by_month("requested_at", months, apart, "AND withdrawn_at IS NULL")
    executed = _by_month("executed_at", months, apart)
    return {
        month: MonthCount(
            requested=requested[month].pop(""),
            executed=executed[month].pop(""),
            requested_apart=requested[month],
            executed_apart=executed[month],
        )
        for month in months
    }


def _by_month(
    moment: str, months: Sequence[dt.date], apart: Collection[str], also: str = ""
) -> dict[dt.date, dict[str, int]]:
    """Month → reason in `apart` → how many terminations have `moment` in it; those of every other under "".

    One range of the index a month: grouping by month and reason sorts the whole two years, which takes
    seven times as long.
    """
    reasons, table = sorted(apart), Termination._meta.db_table
    counts = "COUNT(*)" + ", COUNT(CASE WHEN reason = %s THEN 1 END)" * len(reasons)
    parts, params, found = [], [], {}
    for place, month in enumerate(months):
        # Names of our own columns; what is asked for are parameters.
        parts.append(f"SELECT {place}, {counts} FROM {table} WHERE {moment} >= %s AND {moment} < %s {also}")  # noqa: S608
        edges = (clock.start_of_day(month), clock.start_of_day(clock.next_month(month)))
        params += [*reasons, *map(connection.ops.adapt_datetimefield_value, edges)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for place, every, *beside in cursor.fetchall():
            found[months[place]] = {"": every - sum(beside), **dict(zip(reasons, beside, strict=True))}
    return found


def open_terminations(products: Iterable[Product]) -> list[Termination]:
    """The requested terminations of `products` that are neither withdrawn nor executed, the oldest first."""
    rows = waiting().filter(product__in=products).select_related("product__offering")
    return list(rows.order_by("requested_at", "id"))


def waiting() -> QuerySet[Termination]:
    """The requested terminations that nobody has executed or withdrawn yet."""
    return Termination.objects.filter(requested_at__isnull=False, withdrawn_at=None, executed_at=None)


def executed() -> QuerySet[Termination]:
    """The terminations that were executed on a known day."""
    return Termination.objects.filter(executed_at__isnull=False)
