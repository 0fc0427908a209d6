"""One figure of a signed month beside what the records give for it now, by the policy that it was signed with."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from arraigo.insight import sets
from arraigo.insight.figures import COLUMNS, Group, MonthFigures
from arraigo.procedure.policy import Policy

TERMINATIONS = ("requested", "executed", "apart")
OFFERS = ("offered", "offers_accepted")


@dataclass(frozen=True)
class Asked:
    """A figure, of one group or of one kind of offer or promise where asked."""

    figure: str
    by: str = ""
    key: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Compared:
    """The figure as signed and as of now."""

    signed: int
    now: int


def compared(figures: MonthFigures, month: dt.date, policy: Policy, asked: Asked) -> Compared | None:
    """Both counts; None for a figure that the signed evaluation does not hold, or holds as an amount."""
    signed = _signed(figures, asked)
    return None if signed is None else Compared(signed, _now(sets.span(month), policy, asked))


def things(month: dt.date, asked: Asked) -> int | None:
    """How many promises, offers or things given a figure counts now; None for one that counts cases."""
    if not sets.counts_things(asked.figure) or (asked.by and (asked.by != "reason" or asked.figure not in OFFERS)):
        return None
    return _rows(sets.span(month), asked).count()


def _signed(figures: MonthFigures, asked: Asked) -> int | None:
    figure = asked.figure
    if figure in OFFERS:
        name = "offered" if figure == "offered" else "accepted"
        lines = [each for each in figures.offers if asked.kind in ("", each.kind)]
        if asked.by not in ("", "reason"):
            return None
        return sum(int(getattr(each, name)) for each in lines if not asked.by or each.reason == asked.key)
    if asked.by:
        return _of_group(figures, asked)
    if figure in ("promises_kept", "promises_broken"):
        name = figure.removeprefix("promises_")
        return sum(int(getattr(each, name)) for each in figures.promises if asked.kind in ("", each.kind))
    if figure in sets.GIVEN:
        return sum(each.count for each in figures.costs if each.kind == figure)
    return _whole(figures).get(figure)


def _of_group(figures: MonthFigures, asked: Asked) -> int | None:
    if asked.by not in figures.breakdowns or asked.figure not in COLUMNS:
        return None
    groups: dict[str, Group] = {group.key: group for group in figures.breakdowns[asked.by]}
    return groups[asked.key].row[asked.figure] if asked.key in groups else 0


def _whole(figures: MonthFigures) -> dict[str, int]:
    """The figures that are counted over the whole month."""
    this, counts = figures.indicator.this, figures.counts
    return {
        **counts.model_dump(),
        "not_saved": counts.judged - counts.saved,
        "lost_again": counts.judged_again - counts.saved_again,
        "waiting": figures.waiting,
        "proactive": figures.proactive.opened,
        "requested": this.requested,
        "executed": this.executed,
        "apart": sum(this.apart.values()),
    }


def _now(month: sets.Span, policy: Policy, asked: Asked) -> int:
    if asked.figure in TERMINATIONS:
        return sets.terminations(asked.figure, month, policy).count()
    return _rows(month, asked).count()


def _rows(month: sets.Span, asked: Asked) -> QuerySet[Any]:
    found = sets.counted(asked.figure, month, asked.kind)
    if asked.by and asked.figure in OFFERS:
        return found.filter(case__reason=asked.key)
    return sets.within(found, asked.by, asked.key) if asked.by else found
