"""Papers that any part of Arraigo may need, made of plain values: receipts and evaluations."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from django.conf import settings
from django.utils.translation import gettext as _

from arraigo.documents.rendering import render
from arraigo.documents.values import moment, paper_language


class Section(TypedDict, total=False):
    """A headed part of a paper: a table, lines of text, or both."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[str]
    words: Sequence[bool]
    """Column by column, whether it holds words and not numbers; in the last one they are sentences."""


def receipt_pdf(
    text: str,
    number: str,
    data: Mapping[str, str],
    *,
    at: dt.datetime,
    title: str = "",
    sections: Iterable[Section] = (),
    signatures: Sequence[str] = (),
) -> bytes:
    """The receipt (constancia) `number` of what was promised, or of a baja, as PDF/A-2b.

    `text` is what it certifies, one paragraph a line; `data` are labels and values shown above it;
    `at` is when it was made out; `signatures` are the captions of the lines to sign on.
    """
    with paper_language():
        title = title or _("Receipt")
        values = {
            "operator": settings.OPERATOR,
            "title": title,
            "number": number,
            "subtitle": moment(at),
            "footer": f"{title} {number}",
            "fields": [[label, value] for label, value in data.items()],
            "paragraphs": [line.strip() for line in text.splitlines() if line.strip()],
            "sections": _sections(sections),
            "signatures": list(signatures) or [_("For the cooperative"), _("Member or customer")],
        }
        return render("receipt", values, at=at, pdf_standard="a-2b")


class Chart(TypedDict):
    """Bars month by month, the last one marked: what they show, the words of both series, the bars."""

    title: str
    series: Sequence[str]
    bars: Sequence[tuple[str, int, int]]


def evaluation_pdf(
    month: str,
    figures: Iterable[tuple[str, str, str]],
    sections: Iterable[Section],
    *,
    signed_by: str,
    signed_at: dt.datetime,
    log_count: int,
    log_head: str,
    version: str = "",
    statements: Sequence[str] = (),
    charts: Sequence[Chart] = (),
    words: Iterable[Section] = (),
) -> bytes:
    """The signed evaluation of `month` (step 15) with the head of the sealed event log, as PDF/A-2b.

    `figures` are label, value and remark (or ""), the month's figures as they were signed; `statements`
    say in sentences what they mean; `words` are what people wrote: findings, decisions, reviews.
    """
    with paper_language():
        title = _("Monthly evaluation")
        labels = {"signature": _("Signature"), "log": _("Sealed event log at the signature")}
        values = {
            "operator": settings.OPERATOR,
            "title": title,
            "month": month,
            "subtitle": version,
            "footer": f"{title} {month} · {log_head[:16]}",
            "labels": labels,
            "figures": [list(figure) for figure in figures],
            "statements": list(statements),
            "charts": list(charts),
            "words": _sections(words),
            "sections": _sections(sections),
            "signature": [[_("Signed by"), signed_by], [_("Signed at"), moment(signed_at)]],
            "log": [[_("Events"), str(log_count)], [_("Head of the event log"), log_head]],
        }
        return render("evaluation", values, at=signed_at, pdf_standard="a-2b")


def _sections(sections: Iterable[Section]) -> list[dict[str, Any]]:
    empty: dict[str, Any] = {"title": "", "header": [], "rows": [], "lines": []}
    return [{**empty, **section} for section in sections]
