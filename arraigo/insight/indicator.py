"""The indicator of the procedure (III.2): bajas of this month lower than last month's."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from arraigo import clock
from arraigo.procedure.policy import Policy
from arraigo.terminations import queries as terminations
from arraigo.terminations.queries import MonthCount


@dataclass(frozen=True)
class Indicator:
    """One month beside the one before it. Counts are products; the policy's reasons apart (arrears, deaths, moves)."""

    month: dt.date
    counts: str
    """What is counted: `requested` or `executed`, by policy."""
    this: MonthCount
    last: MonthCount
    target: str

    @property
    def count(self) -> int:
        return self._chosen(self.this)

    @property
    def previous(self) -> int:
        return self._chosen(self.last)

    @property
    def lower(self) -> bool:
        """Whether the procedure reached its aim this month."""
        return self.count < self.previous

    def _chosen(self, month: MonthCount) -> int:
        return month.executed if self.counts == "executed" else month.requested

    def as_json(self) -> dict[str, Any]:
        """As `./run manage indicator --json` prints it."""
        return {
            "month": f"{self.month:%Y-%m}",
            "counts": self.counts,
            "count": self.count,
            "previous": self.previous,
            "lower": self.lower,
        }


def of_month(month: dt.date, policy: Policy) -> Indicator:
    """The indicator of the month that begins on `month`, in La Paz time."""
    previous = clock.previous_month(month)
    counts = terminations.monthly_counts([previous, month], apart=policy.value("indicator.apart"))
    return Indicator(
        month, policy.text("indicator.counts"), counts[month], counts[previous], policy.text("indicator.target")
    )
