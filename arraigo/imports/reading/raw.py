"""What a reader gives, whatever the file's format."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

MOST_LINE = 1 << 20
"""Characters of a line, or of a cell, from which on it is taken for damage."""

MOST_COLUMNS = 500


class Numeric(str):
    """The text of a cell that is a number in the file: its point stands before decimals, whatever the mapping says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record of the file. `line` is the line on which it begins, as an editor or spreadsheet counts."""

    line: int
    cells: dict[str, str]
    problem: str = ""
    """Why the record cannot be read; empty where it can."""
    column: str = ""
    """The header of the cell that the problem is about."""


def row_of(line: int, names: Sequence[str], cells: Sequence[str]) -> RawRow:
    """The record of `cells`, rejected where one holds a sign that no text has, whatever the file's format."""
    # Looked through at once: cell by cell only where something is wrong. A text that rows share may be huge.
    wrong = sum(map(len, cells)) > MOST_LINE or "\0" in "".join(cells)
    for name, cell in zip(names, cells, strict=True) if wrong else ():
        if len(cell) > MOST_LINE:
            return RawRow(line, {}, _("the cell is longer than %(most)d characters") % {"most": MOST_LINE}, name)
        if "\0" in cell:
            return RawRow(line, {}, _("the cell holds a sign that no text has (NUL)"), name)
    return RawRow(line, dict(zip(names, cells, strict=True)))


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a row was not taken. `field` is ours, or empty where the whole row is meant."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Layout:
    """How a file is read, as its mapping says or as it was recognised."""

    path: Path
    """The private copy, unpacked."""
    format: str
    """csv, xlsx or parquet."""
    headers: tuple[str, ...]
    lines: int
    """Lines or rows of the file, for the progress."""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int = 1
    """Line on which the headers stand."""
    sheets: tuple[str, ...] = ()
    """The sheets of a workbook."""
