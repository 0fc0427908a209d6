"""The month's figures for the evaluation (step 15): each is a plain query, and `sets` says of what."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Count, Q, QuerySet
from pydantic import BaseModel

from arraigo.compiled import compiled
from arraigo.insight import competitors, costs, indicator, sets
from arraigo.insight.competitors import CompetitorPrice
from arraigo.insight.costs import Cost
from arraigo.insight.models import Judgement
from arraigo.insight.month_place import MonthPlace
from arraigo.money import bs
from arraigo.network.models import Zone
from arraigo.people.models import Unit
from arraigo.procedure.policy import Policy
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.terminations import queries as terminations

COUNTED = ("opened", "accepted", "lost", "judged", "saved", "judged_again", "saved_again")
"""Figures of cases that a customer's wish to leave opened."""
COLUMNS = ("opened", "accepted", "lost", "waiting", *COUNTED[3:])
"""Figures that are broken down."""


class Counts(BaseModel):
    """How many cases; see `sets.CASES` for what each figure counts."""

    opened: int = 0
    accepted: int = 0
    lost: int = 0
    judged: int = 0
    saved: int = 0
    judged_again: int = 0
    saved_again: int = 0


class Group(BaseModel, frozen=True):
    """The counts of one value of a dimension."""

    key: str
    name: str
    """Name of a unit or zone as it was; empty where the interface knows the word for the key."""
    counts: Counts
    waiting: int | None = None
    """Of `MonthFigures.waiting`; None in evaluations signed before it was broken down."""

    @property
    def row(self) -> dict[str, int | None]:
        """The count of each of `COLUMNS`."""
        found = {**self.counts.model_dump(), "waiting": self.waiting}
        return {name: found[name] for name in COLUMNS}


class OfferCount(BaseModel, frozen=True):
    """Offers of one kind made to customers with one reason."""

    reason: str
    kind: str
    offered: int
    accepted: int

    @property
    def share(self) -> int:
        """Accepted of offered, in per cent."""
        return round(self.accepted * 100 / self.offered)


class PromiseCount(BaseModel, frozen=True):
    kind: str
    kept: int
    broken: int


class SaveCount(BaseModel, frozen=True):
    """The cases judged in one month."""

    month: dt.date
    judged: int = 0
    saved: int = 0


class MonthFigures(BaseModel, frozen=True):
    """What the evaluation of one month shows. Amounts in Bs."""

    month: dt.date
    version: str
    """The version of the procedure whose policy the figures follow."""
    indicator: indicator.Indicator
    counts: Counts
    proactive: Counts
    """Cases opened by calling a customer who had not asked to leave: counted nowhere else."""
    waiting: int
    """Cases that stood at step 15 when the month ended: this evaluation ends them."""
    saves: list[SaveCount]
    """Cases judged, month by month, oldest first."""
    breakdowns: dict[str, list[Group]]
    offers: list[OfferCount]
    promises: list[PromiseCount]
    costs: list[Cost]
    spent_on_judged: Decimal
    """What was given, in whatever month, to the cases judged in this one, saved or not."""
    visit_cost: Decimal
    """Bs that one visit costs, by policy."""
    competitors: list[CompetitorPrice] | None = None
    """None in evaluations signed before prices were compared."""

    @property
    def cost_per_save(self) -> Decimal | None:
        """Bs given for each case that survived; None where none did."""
        return bs(self.spent_on_judged / self.counts.saved) if self.counts.saved else None

    @property
    def headline(self) -> dict[str, int]:
        """The figures that a signed month is compared by with what its records say now."""
        this = self.indicator.this
        return {"requested": this.requested, "executed": this.executed, **self.counts.model_dump()}

    @property
    def kept(self) -> int:
        return sum(each.kept for each in self.promises)

    @property
    def broken(self) -> int:
        return sum(each.broken for each in self.promises)

    @property
    def spent(self) -> Decimal:
        """Everything given in the month."""
        return sum((each.amount for each in self.costs), Decimal())


def month_figures(month: dt.date, policy: Policy, *by: str) -> MonthFigures:
    """The figures of the month that begins on `month`, in La Paz time. Raises MonthOutOfReach.

    Broken down by those of `sets.DIMENSIONS` that are asked for; without any, by all.
    """
    found = indicator.of_month(month, policy)
    span = sets.span(month)
    dimensions = by or tuple(sets.DIMENSIONS)
    cells = _cells(span, dimensions)
    asked = [cell for cell in cells if not cell["proactive"]]
    waiting = _waiting(dimensions)(span.begin, span.end)
    return MonthFigures(
        month=month,
        version=policy.label,
        indicator=found,
        counts=_totals(asked),
        proactive=_totals(cell for cell in cells if cell["proactive"]),
        waiting=_together(waiting),
        saves=_saves(month),
        breakdowns={each: _groups(each, asked, waiting) for each in dimensions},
        offers=_offers(span),
        promises=_promises(span),
        costs=costs.of_month(span, policy),
        spent_on_judged=costs.of_judged(span, policy),
        visit_cost=costs.of_visit(policy),
        competitors=competitors.of_month(span),
    )


def headline(month: dt.date, policy: Policy) -> dict[str, int]:
    """`MonthFigures.headline` of the records as they are now, without counting anything else."""
    span = sets.span(month)
    this = terminations.monthly_counts([month], policy.value("indicator.apart"))[month]
    counts = {name: sets.CASES[name](span).filter(proactive=False).count() for name in COUNTED}
    return {"requested": this.requested, "executed": this.executed, **counts}


Cell = dict[str, Any]
"""How many cases of one figure share what they are broken down by: the figure, `proactive`, `by_…`, `count`."""
Dimensions = tuple[str, ...]
Ask = Callable[[dt.datetime, dt.datetime], list[Cell]]


def _cells(span: sets.Span, by: Dimensions) -> list[Cell]:
    """The counted cases of the month, each case read once for all figures that the same moments decide."""
    cells: list[Cell] = []
    for place in range(sets.TOGETHER):
        for row in _counted(place, by)(span.begin, span.end):
            counts = {figure: row.pop(figure) for figure in COUNTED if figure in row}
            cells += ({**row, "figure": figure, "count": count} for figure, count in counts.items() if count)
    return cells


@cache
def _counted(place: int, by: Dimensions) -> Ask:
    """Asks for the figures of one of the queries of `sets.together`."""

    @compiled
    def ask(begin: dt.datetime, end: dt.datetime) -> QuerySet[RetentionCase, Cell]:
        cases, figures = sets.together(sets.Span(begin, end))[place]
        counts = {figure: Count("id", filter=which) for figure, which in figures.items()}
        return _cells_of(cases, by, "proactive", **counts)

    return ask


@cache
def _waiting(by: Dimensions) -> Ask:
    """Asks for the cases that wait for the evaluation, also those that a call of ours opened: it ends them all."""

    @compiled
    def ask(begin: dt.datetime, end: dt.datetime) -> QuerySet[RetentionCase, Cell]:
        return _cells_of(sets.CASES["waiting"](sets.Span(begin, end)), by, count=Count("id"))

    return ask


def _cells_of(cases: sets.Cases, by: Dimensions, *further: str, **counts: Count) -> QuerySet[RetentionCase, Cell]:
    named = [f"by_{each}" for each in by]
    found: QuerySet[RetentionCase, Cell] = sets.grouped(cases, by).values(*further, *named)
    return found.annotate(**counts).order_by()


def _totals(cells: Iterable[Cell]) -> Counts:
    counts: dict[str, int] = defaultdict(int)
    for cell in cells:
        counts[cell["figure"]] += cell["count"]
    return Counts(**counts)


def _together(cells: Iterable[Cell]) -> int:
    return sum(cell["count"] for cell in cells)


def _groups(by: str, asked: Iterable[Cell], waiting: Iterable[Cell]) -> list[Group]:
    """The groups of one dimension, the most opened first."""
    names, counted, standing = _names(by), _shares(asked, by), _shares(waiting, by)
    groups = [
        Group(
            key=key,
            name=names.get(key, ""),
            counts=_totals(counted.get(key, ())),
            waiting=_together(standing.get(key, ())),
        )
        for key in {**counted, **standing}
    ]
    return sorted(groups, key=lambda group: (-group.counts.opened, -group.counts.judged, group.name, group.key))


def _names(by: str) -> dict[str, str]:
    """Key → name of the units or zones of a dimension."""
    if by in ("team", "center"):
        return {str(key): name for key, name in Unit.objects.values_list("pk", "name")}
    return {str(zone.pk): str(zone) for zone in Zone.objects.all()} if by == "zone" else {}


def _shares(cells: Iterable[Cell], by: str) -> dict[str, list[Cell]]:
    """The cells of each value of one dimension."""
    shares: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        value = cell[f"by_{by}"]
        shares["" if value is None else str(value)].append(cell)
    return shares


def _saves(month: dt.date) -> list[SaveCount]:
    months = indicator.months_until(month)
    begin, end = sets.span(months[0]).begin, sets.span(month).end
    rows = (
        Judgement.objects.filter(again=False, at__gte=begin, at__lt=end, case__proactive=False)
        .values_list(MonthPlace("at", months))
        .annotate(judged=Count("id"), saved=Count("id", filter=Q(saved=True)))
    )
    found = {place: (judged, saved) for place, judged, saved in rows}
    counted = [(each, *found.get(place, (0, 0))) for place, each in enumerate(months)]
    return [SaveCount(month=each, judged=judged, saved=saved) for each, judged, saved in counted]


def _offers(span: sets.Span) -> list[OfferCount]:
    return [
        OfferCount(reason=reason, kind=kind, offered=offered, accepted=accepted)
        for reason, kind, offered, accepted in _offer_rows(span.begin, span.end)
    ]


@compiled
def _offer_rows(begin: dt.datetime, end: dt.datetime) -> QuerySet[Offer, tuple[str, str, int, int]]:
    rows = sets.offers(sets.Span(begin, end)).values_list("case__reason", "kind")
    counted = rows.annotate(offered=Count("id"), accepted=Count("id", filter=sets.TAKEN))
    return counted.order_by("case__reason", "kind")


def _promises(span: sets.Span) -> list[PromiseCount]:
    return [PromiseCount(**row) for row in _promise_rows(span.begin, span.end)]


@compiled
def _promise_rows(begin: dt.datetime, end: dt.datetime) -> QuerySet[Promise, dict[str, Any]]:
    states = {"kept": Promise.State.KEPT, "broken": Promise.State.BROKEN}
    counts = {name: Count("id", filter=Q(state=state)) for name, state in states.items()}
    rows: Any = sets.promises(sets.Span(begin, end)).values("kind").annotate(**counts)
    found: QuerySet[Promise, dict[str, Any]] = rows.order_by("kind")
    return found
