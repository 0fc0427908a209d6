"""The indicator of the procedure (III.2): bajas of this month lower than last month's."""

import datetime as dt
import re
from decimal import Decimal
from math import floor
from typing import Any

from pydantic import BaseModel

from arraigo import clock
from arraigo.insight import live_base
from arraigo.insight.chance import Difference, difference
from arraigo.insight.errors import MonthOutOfReach
from arraigo.money import bs
from arraigo.procedure.policy import Policy
from arraigo.terminations import queries as terminations
from arraigo.terminations.queries import MonthCount

MONTHS = 24
"""Months in the chart."""
YEARS = range(2000, 3000)
TARGET = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<percent>%?)")


class Month(BaseModel, frozen=True):
    """The terminations of one month. Counts are products; those apart are counted beside, not in."""

    month: dt.date
    requested: int
    executed: int
    apart: dict[str, int]
    """Reason that stands apart → how many, by what the policy counts."""
    base: int | None = None
    """Products alive when the month began; None where that is not counted yet."""

    @property
    def days(self) -> int:
        return (clock.next_month(self.month) - self.month).days


class Indicator(BaseModel, frozen=True):
    """One month beside the one before it, at the end of a row of months."""

    counts: str
    """What is counted: `requested` or `executed`, by policy."""
    months: list[Month]
    """The last months, oldest first; this one is the last."""
    target: str
    """As management wrote it: "15" terminations at most, or "5%" fewer than last month; or empty."""
    difference: Difference

    @property
    def month(self) -> dt.date:
        return self.this.month

    @property
    def this(self) -> Month:
        return self.months[-1]

    @property
    def last(self) -> Month:
        return self.months[-2]

    @property
    def count(self) -> int:
        return self.of(self.this)

    @property
    def previous(self) -> int:
        return self.of(self.last)

    @property
    def running(self) -> bool:
        """Whether the month has not ended: a part of it says nothing yet against a whole one."""
        return clock.today() < clock.next_month(self.month)

    @property
    def lower(self) -> bool:
        """Whether the procedure reached its aim this month."""
        return self.count < self.previous

    def of(self, month: Month) -> int:
        """The month's count by the policy's choice."""
        return month.executed if self.counts == "executed" else month.requested

    def rate(self, month: Month) -> float | None:
        """Terminations per hundred live products, to two places; None where the base is not known.

        Rounded here, so that page, workbook and paper say the same.
        """
        return float(bs(Decimal(self.of(month) * 100) / month.base)) if month.base else None

    @property
    def most(self) -> int | None:
        """The most terminations that meet the target; None where there is none that can be read."""
        found = TARGET.fullmatch(self.target.strip())
        if found is None:
            return None
        number = Decimal(found["number"].replace(",", "."))
        return floor(self.previous * (100 - number) / 100 if found["percent"] else number)

    @property
    def target_met(self) -> bool | None:
        return None if self.most is None else self.count <= self.most

    def as_line(self) -> dict[str, Any]:
        """As `./run manage indicator --json` prints it; a month that runs is not held against a whole one."""
        return {
            "month": f"{self.month:%Y-%m}",
            "counts": self.counts,
            "count": self.count,
            "previous": self.previous,
            "lower": None if self.running else self.lower,
        }


def of_month(month: dt.date, policy: Policy) -> Indicator:
    """The indicator of the month that begins on `month`, in La Paz time, with the months before it.

    Raises MonthOutOfReach.
    """
    if month.year not in YEARS:
        raise MonthOutOfReach(f"{month.year:04}-{month.month:02}")
    months = months_until(month)
    counts = terminations.monthly_counts(months, policy.value("indicator.apart"))
    bases = live_base.bases(months)
    chosen = policy.text("indicator.counts")
    rows = [_row(each, counts[each], chosen, bases.get(each)) for each in months]
    return Indicator(
        counts=chosen, months=rows, target=policy.text("indicator.target"), difference=_compared(rows, chosen)
    )


def months_until(month: dt.date) -> list[dt.date]:
    """The months of the charts, oldest first, `month` the last."""
    months = [month]
    while len(months) < MONTHS:
        months.append(clock.previous_month(months[-1]))
    return months[::-1]


def _row(month: dt.date, count: MonthCount, chosen: str, base: int | None) -> Month:
    apart = count.executed_apart if chosen == "executed" else count.requested_apart
    return Month(month=month, requested=count.requested, executed=count.executed, apart=apart, base=base)


def _compared(rows: list[Month], chosen: str) -> Difference:
    """Last two months, each over its product-days; over its days alone where the base is not counted."""
    last, this = rows[-2:]
    known = this.base and last.base
    at_risk = [each.days * (each.base or 1) if known else each.days for each in (this, last)]
    counts = [each.executed if chosen == "executed" else each.requested for each in (this, last)]
    return difference(counts[0], counts[1], at_risk=(at_risk[0], at_risk[1]))
