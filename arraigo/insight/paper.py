"""The signed evaluation on paper: made once, from the figures that were signed, and kept as it was made."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from arraigo import clock
from arraigo.documents import sheets
from arraigo.documents.values import amount, moment, number, paper_language
from arraigo.insight import statement, tables, words
from arraigo.insight.figures import MonthFigures
from arraigo.insight.indicator import Indicator
from arraigo.insight.models import Evaluation, IndicatorReview


def evaluation_pdf(evaluation: Evaluation) -> bytes:
    """The evaluation as PDF/A-2b: figures, sentences, chart, what people wrote, tables, head of the log."""
    figures = MonthFigures.model_validate(evaluation.figures)
    with paper_language():
        return sheets.evaluation_pdf(
            date_format(evaluation.month, "F Y"),
            list(_figures(figures)),
            [_section(table) for table in tables.tables(figures) if table.rows],
            signed_by=str(evaluation.signed_by),
            signed_at=evaluation.signed_at,
            log_count=evaluation.log_count,
            log_head=evaluation.log_head,
            version=figures.version,
            statements=list(statements(figures)),
            charts=list(_charts(figures)),
            words=list(_words(evaluation)),
        )


def statements(figures: MonthFigures) -> Iterator[str]:
    """What the figures mean, in sentences."""
    yield from _of_indicator(figures.indicator)
    counts = figures.counts
    yield _("Saved: %(share)s") % {"share": statement.share(counts.saved, counts.judged)}
    yield _("Still saved at 90 days: %(share)s") % {"share": statement.share(counts.saved_again, counts.judged_again)}


def _of_indicator(found: Indicator) -> Iterator[str]:
    if found.running:
        yield statement.so_far(found)
        return
    yield statement.aim(found)
    if found.count or found.previous:  # of none and none there is no difference to speak of
        yield statement.chance(found.difference)
        yield statement.interval(found.difference)
    if told := statement.target(found):
        yield told


def _figures(figures: MonthFigures) -> Iterator[tuple[str, str, str]]:
    found, counts = figures.indicator, figures.counts
    rate = found.rate(found.this)
    before = _("%(previous)s the month before") % {"previous": found.previous}
    of_products = _("per 100 live products: %(rate)s") % {"rate": "—" if rate is None else number(rate)}
    yield str(words.FIGURES[found.counts].name), str(found.count), f"{before} · {of_products}"
    accepted = ngettext("%(accepted)s accepted", "%(accepted)s accepted", counts.accepted)
    lost = ngettext("%(lost)s lost", "%(lost)s lost", counts.lost)
    yield (
        _("Cases opened"), str(counts.opened),
        f"{accepted % {'accepted': counts.accepted}} · {lost % {'lost': counts.lost}}",
    )  # fmt: skip
    yield _("Saved"), f"{counts.saved} / {counts.judged}", _("at 90 days %(saved)s / %(judged)s") % {
        "saved": counts.saved_again, "judged": counts.judged_again,
    }  # fmt: skip
    per_save = figures.cost_per_save
    yield _("Cost per surviving save"), "—" if per_save is None else amount(per_save), ""


def _charts(figures: MonthFigures) -> Iterator[sheets.Chart]:
    """The charts of the page: terminations, and what became of the cases that were judged."""
    found = figures.indicator
    yield {
        "title": _("Terminations by month"),
        "series": [_("Requested"), _("Executed")],
        "bars": [(date_format(each.month, "m/y"), each.requested, each.executed) for each in found.months],
    }
    if any(each.judged for each in figures.saves):
        yield {
            "title": _("Judged cases by month"),
            "series": [pgettext("several cases", "Judged"), pgettext("several cases", "Saved")],
            "bars": [(date_format(each.month, "m/y"), each.judged, each.saved) for each in figures.saves],
        }


def _words(evaluation: Evaluation) -> Iterator[sheets.Section]:
    before = clock.previous_month(evaluation.month)
    for last in Evaluation.objects.filter(month=before):
        yield {"title": _("Decided last month"), "lines": last.decisions.splitlines()}
    yield {"title": _("Findings"), "lines": evaluation.findings.splitlines()}
    yield {"title": _("Feedback and decisions"), "lines": evaluation.decisions.splitlines()}
    told = _("to be reformulated") if evaluation.reformulate else _("stays as it is")
    yield {"title": _("Procedure"), "lines": [told]}
    reviews = IndicatorReview.objects.filter(month=evaluation.month).select_related("by").order_by("role")
    for review in reviews:
        signed = f"{review.by} · {moment(review.at)}"
        yield {"title": review.get_role_display(), "lines": [*review.comment.splitlines(), signed]}


def _section(table: tables.Table) -> sheets.Section:
    rows = [[_text(cell, places) for cell, places in zip(row, table.places, strict=True)] for row in table.rows]
    notes, texts = [table.note] if table.note else [], [isinstance(cell, str) for cell in table.rows[0]]
    return {"title": table.name, "header": table.header, "rows": rows, "lines": notes, "words": texts}


def _text(cell: tables.Cell, places: int) -> str:
    if isinstance(cell, Decimal):
        return amount(cell)
    if isinstance(cell, float):
        return f"{cell:.{places}f}".replace(".", ",")
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", ".")
    return cell if isinstance(cell, str) else number(cell)
