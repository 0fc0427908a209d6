"""The month's figures as tables, for the paper and the workbook. Cells are text, numbers, or Bs as `Decimal`."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo.documents.values import amount, number
from arraigo.insight import sets, words
from arraigo.insight.figures import COLUMNS, COUNTED, Group, MonthFigures
from arraigo.retention import aftermath
from arraigo.terminations.models import Termination

Cell = str | int | float | Decimal | None


@dataclass(frozen=True)
class Table:
    """One table; `note` says how it is counted."""

    name: str
    """A short name, of at most 31 letters."""
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    @property
    def places(self) -> list[int]:
        """Column by column, how many decimals its fractions are shown with: as many as the longest of them needs."""
        return [max(map(_decimals, column), default=0) for column in zip(*self.rows, strict=True)]


def _decimals(cell: Cell) -> int:
    return len(number(cell).partition(",")[2]) if isinstance(cell, float) else 0


def tables(figures: MonthFigures) -> list[Table]:
    """Every table of the evaluation, in the page's order."""
    return [
        summary(figures),
        months(figures),
        judged(figures),
        *(breakdown(figures, by) for by in words.DIMENSIONS),
        competitors(figures),
        offers(figures),
        promises(figures),
        costs(figures),
        apart(figures),
    ]


def summary(figures: MonthFigures) -> Table:
    """Every figure with how it is counted."""
    counts = figures.counts.model_dump()
    values: dict[str, Cell] = {
        "requested": figures.indicator.this.requested,
        "executed": figures.indicator.this.executed,
        "apart": sum(figures.indicator.this.apart.values()),
        "rate": figures.indicator.rate(figures.indicator.this),
        **{name: counts[name] for name in COUNTED},
        "waiting": figures.waiting,
        "proactive": figures.proactive.opened,
        "promises_kept": figures.kept,
        "promises_broken": figures.broken,
        "spent": figures.spent,
        "cost_per_save": figures.cost_per_save,
    }
    rows = [(str(words.FIGURES[name].name), value, str(words.FIGURES[name].how)) for name, value in values.items()]
    return Table(_("Figures"), [_("Figure"), _("Value"), _("How it is counted")], rows)


def months(figures: MonthFigures) -> Table:
    """The indicator of the last months."""
    found = figures.indicator
    header = [_("Month"), _("Requested"), _("Executed"), _("Apart"), _("Live products"), _("Per 100 products")]
    rows: list[Sequence[Cell]] = []
    for each in found.months:
        row = (date_format(each.month, "F Y"), each.requested, each.executed, sum(each.apart.values()), each.base)
        rows.append((*row, found.rate(each)))
    return Table(_("Terminations by month"), header, rows, str(words.FIGURES["rate"].how))


def judged(figures: MonthFigures) -> Table:
    """The cases judged in the last months."""
    header = [_("Month"), *(str(words.FIGURES[name].name) for name in ("judged", "saved", "not_saved"))]
    rows = [
        (date_format(each.month, "F Y"), each.judged, each.saved, each.judged - each.saved) for each in figures.saves
    ]
    return Table(_("Judged cases by month"), header, rows, str(words.FIGURES["judged"].how))


def afterwards(month: dt.date, names: Mapping[str, str]) -> Table:
    """What customers did after a courtesy that ended in the month, as of today; `names` of courtesies by code.

    It goes on changing, so that it is no part of what is signed.
    """
    span = sets.span(month)
    header = [_("Courtesy"), _("Ended"), _("Stayed"), _("Asked to leave again"), _("Left")]
    rows = [
        (names.get(each.kind, each.kind), each.ended, each.stayed, each.asked, each.left)
        for each in aftermath.by_kind(span.begin, span.end)
    ]
    return Table(_("After the courtesies"), header, rows, _("As of today; it is not part of what is signed."))


def breakdown(figures: MonthFigures, by: str) -> Table:
    """The counted figures by one dimension."""
    named = str(words.DIMENSIONS[by])
    header = [named, *(str(words.FIGURES[name].name) for name in COLUMNS)]
    return Table(named, header, _group_rows(by, figures.breakdowns.get(by, [])))


def _group_rows(by: str, groups: Iterable[Group]) -> list[Sequence[Cell]]:
    return [(words.group(by, group.key, group.name), *group.row.values()) for group in groups]


def competitors(figures: MonthFigures) -> Table:
    """What competitors ask beside what we ask."""
    figure = words.FIGURES["competitor_price"]
    header = [_("Competitor"), _("Cases with a price"), _("Theirs, mean Bs"), _("Ours, mean Bs"), _("Difference, Bs")]
    rows = [
        (each.competitor, each.cases, each.theirs, each.ours, each.difference) for each in figures.competitors or []
    ]
    return Table(_("Competitors' prices"), header, rows, str(figure.how))


def offers(figures: MonthFigures) -> Table:
    header = [_("Cause"), _("Offer"), _("Offered"), _("Accepted"), _("Accepted, %")]
    rows = [
        (words.reason(each.reason), words.kind(each.kind), each.offered, each.accepted,
         round(each.accepted * 100 / each.offered, 1))
        for each in figures.offers
    ]  # fmt: skip
    return Table(_("Offers by cause"), header, rows, _("Offers made in the month, and those accepted and approved."))


def promises(figures: MonthFigures) -> Table:
    header = [_("Promise"), _("Kept"), _("Broken")]
    rows = [(words.kind(each.kind), each.kept, each.broken) for each in figures.promises]
    return Table(_("Promises"), header, rows, str(words.FIGURES["promises_broken"].how))


def costs(figures: MonthFigures) -> Table:
    header = [_("Given"), _("How many"), _("Bs")]
    rows: list[Sequence[Cell]] = [(words.kind(each.kind), each.count, each.amount) for each in figures.costs]
    total = (_("Together"), sum(each.count for each in figures.costs), figures.spent)
    note = _("A visit is counted at %(cost)s, a value of the policy, and a courtesy at what it costs us.")
    told = note % {"cost": amount(figures.visit_cost)}
    return Table(_("Cost of the retentions"), header, [*rows, total], told)


def apart(figures: MonthFigures) -> Table:
    labels = dict(Termination.Reason.choices)
    rows = [(str(labels.get(name, name)), count) for name, count in figures.indicator.this.apart.items()]
    return Table(_("Terminations apart"), [_("Reason"), _("Terminations")], rows, str(words.FIGURES["apart"].how))
