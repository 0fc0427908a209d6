"""Reading XLSX row by row. Formulas are refused: what they give depends on who computes them."""

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from arraigo.imports.errors import FileBroken, SheetUnknown
from arraigo.imports.guard import unescaped
from arraigo.imports.reading import heading
from arraigo.imports.reading.raw import Numeric, RawRow, row_of

BROKEN = (
    InvalidFileException, zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, TypeError,
    AttributeError, IndexError, OSError,
)  # fmt: skip
"""What a damaged or made-up spreadsheet makes the library raise."""

MOST_ROWS, BEYOND = 1 << 20, 20
"""Rows of a sheet, and columns beside its headers that are looked at: a file may claim more, to be read for days."""


@contextmanager
def _sheet(path: Path, shown: Path, name: str) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and the like, which are of no interest here
        try:
            with path.open("rb") as file:
                book = openpyxl.load_workbook(file, read_only=True, data_only=False)
                try:
                    yield _chosen(book, shown, name)
                finally:
                    book.close()
        except BROKEN as error:
            raise FileBroken(shown) from error


def _chosen(book: Any, shown: Path, name: str) -> Any:
    if not book.worksheets:
        raise FileBroken(shown)
    found = next((sheet for sheet in book.worksheets if sheet.title == name), None) if name else book.worksheets[0]
    if found is None:
        raise SheetUnknown(shown, name, [sheet.title for sheet in book.worksheets])
    return _ready(found, shown)


def _ready(sheet: Any, shown: Path) -> Any:
    if not sheet._worksheet_path.endswith(".xml"):
        raise FileBroken(shown)  # its size was not looked at
    sheet.reset_dimensions()
    return sheet


def titles(path: Path, shown: Path) -> tuple[str, ...]:
    """What the sheets are called. Raises FileBroken."""
    with _sheet(path, shown, "") as first:
        return tuple(each.title for each in first.parent.worksheets)


def with_table(path: Path, shown: Path) -> str:
    """The first sheet to be seen in which several rows fill several cells: what stands before is a cover.

    Empty where it is the first of all, or none is. Raises FileBroken.
    """
    with _sheet(path, shown, "") as first:
        for sheet in first.parent.worksheets:
            rows = _ready(sheet, shown).iter_rows(max_row=heading.LOOKED_AT, values_only=True)
            wide = sum(1 for cells in rows if sum(value is not None for value in cells) > 1)
            if wide > 1 and sheet.sheet_state == "visible":
                return "" if sheet is first else str(sheet.title)
    return ""


def peek(path: Path, shown: Path, sheet: str) -> list[list[str]]:
    """The cells of the first rows of the sheet. Raises FileBroken, SheetUnknown."""
    with _sheet(path, shown, sheet) as found:
        rows = found.iter_rows(max_row=heading.LOOKED_AT, values_only=True)
        return [[text_of(value) for value in cells] for cells in rows]


def headers(path: Path, shown: Path, sheet: str, line: int) -> tuple[str, ...]:
    """The headers on the row `line` of the sheet. Raises FileBroken, SheetUnknown."""
    with _sheet(path, shown, sheet) as found:
        first = next(found.iter_rows(min_row=line, max_row=line), ())
        names = [text_of(cell.value).strip() for cell in first]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def rows(path: Path, shown: Path, sheet: str, names: tuple[str, ...], header: int) -> Iterator[RawRow]:
    """The rows of the sheet below its header; empty ones are left out."""
    with _sheet(path, shown, sheet) as found:
        for number, cells in enumerate(found.iter_rows(min_row=header + 1, max_col=len(names) + BEYOND), header + 1):
            if number > MOST_ROWS:
                raise FileBroken(shown)
            filled = [cell for cell in cells if cell.value is not None]
            if filled:
                yield _row(number, cells, names)


def _row(number: int, cells: tuple[Any, ...], names: tuple[str, ...]) -> RawRow:
    for position, cell in enumerate(cells):
        if cell.value is None:
            continue
        name = names[position] if position < len(names) else ""
        if position >= len(names):
            return RawRow(number, {}, _("the row has more cells than the header"))
        if cell.data_type == "f":
            return RawRow(number, {}, _("the cell holds a formula: put its value there"), name)
        if cell.data_type == "e":
            return RawRow(number, {}, _("the cell holds an error (%(value)s)") % {"value": cell.value}, name)
    texts = [text_of(cell.value) for cell in cells] + [""] * (len(names) - len(cells))
    return row_of(number, names, texts[: len(names)])


def text_of(value: Any) -> str:
    """A cell's value as a CSV file would hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else Numeric(format(value, ".15g"))
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return unescaped(str(value))
