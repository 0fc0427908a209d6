"""The rows of a list as a file: CSV or XLSX, without anything that a spreadsheet would carry out."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.people.models import User

KINDS = ("csv", "xlsx")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 2000
MOST_ROWS = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell must not begin with: a spreadsheet would take it for a formula (OWASP, CSV injection)."""
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
"""Amounts and telephones: nothing in them is carried out."""


@dataclass(frozen=True)
class Taken:
    """The rows of a list that somebody takes along."""

    name: str
    """The list's, in the file's name and the log."""
    title: str
    columns: Sequence[tuple[str, Callable[[Any], Any]]]
    """Head of a column, and what it carries of a row."""
    rows: QuerySet[Any]
    prepare: Callable[[list[Any]], list[Any]]


def file(taken: Taken, kind: str, *, actor: User) -> HttpResponse:
    """The first MOST_ROWS of the rows as a file of `kind`, one line each; who took it is logged."""
    heads = [head for head, _value in taken.columns]
    lines = ([value(row) for _head, value in taken.columns] for row in _all(taken.rows, taken.prepare))
    content = io.BytesIO()
    written = (_csv if kind == "csv" else _xlsx)(content, taken.title, heads, lines)
    with transaction.atomic():
        record("list.exported", actor, actor=actor, data={"list": taken.name, "kind": kind, "rows": written})
    filename = f"{taken.name}-{clock.today():%Y-%m-%d}.{kind}"
    return HttpResponse(
        content.getvalue(),
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _all(rows: QuerySet[Any], prepare: Callable[[list[Any]], list[Any]]) -> Iterator[Any]:
    """The rows in chunks, so that memory does not grow with them."""
    found = rows[:MOST_ROWS].iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield from prepare(chunk)


def _csv(content: IO[bytes], title: str, heads: list[str], lines: Iterator[list[Any]]) -> int:
    """RFC 4180 in UTF-8 with the mark by which spreadsheets know it; how many lines."""
    text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(heads)
    written = 0
    for line in lines:
        writer.writerow([harmless(plain(value)) for value in line])
        written += 1
    text.flush()
    text.detach()
    return written


def _xlsx(content: IO[bytes], title: str, heads: list[str], lines: Iterator[list[Any]]) -> int:
    """A sheet with numbers as numbers, days as days, and every text as text, whatever it begins with."""
    import xlsxwriter

    book = xlsxwriter.Workbook(content, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_sheet_name(title))
    formats = {
        Decimal: book.add_format({"num_format": "#,##0.00"}),
        dt.date: book.add_format({"num_format": "dd/mm/yyyy"}),
        dt.datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }
    sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(heads) - 1, 0), 20)
    written = 0
    for written, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            _cell(sheet, written, place, value, formats)
    book.close()
    return written


def _cell(sheet: Any, row: int, place: int, value: Any, formats: dict[type, Any]) -> None:
    if isinstance(value, dt.datetime):
        sheet.write_datetime(row, place, clock.local(value).replace(tzinfo=None), formats[dt.datetime])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, place, value, formats[dt.date])
    elif isinstance(value, Decimal):
        sheet.write_number(row, place, float(value), formats[Decimal])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, plain(value))


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "1"


def plain(value: Any) -> str:
    """A value as text that every program reads: days as ISO, moments of La Paz, amounts with a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def harmless(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula; numbers stay."""
    return f"'{text}" if text.startswith(FORMULA) and not NUMBER.fullmatch(text) else text
