"""Reading a file of any format, and writing down the rows that were not taken."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from arraigo.imports.column_words import word
from arraigo.imports.errors import ColumnMissing, ColumnTwice, FileEmpty, HeadersMissing, TooManyColumns
from arraigo.imports.guard import guarded
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.reading import heading, packed, text
from arraigo.imports.reading.raw import MOST_COLUMNS, Layout, RawRow, Reject


@contextmanager
def opened(
    path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "", header: int = 1
) -> Iterator[tuple[Layout, str]]:
    """How the file is laid out, and its SHA-256; everything that can be said without its mapping.

    `header` is the line of the headers, or heading.RECOGNISED.
    Raises ImportRefused where it cannot be read at all.
    """
    with packed.private_copy(path) as copy:
        layout = _layout(copy, path, Layout(copy.path, copy.format, (), 0, encoding, delimiter, sheet, header))
        if not any(layout.headers):
            raise HeadersMissing(path, layout.header) if layout.header > 1 else FileEmpty(path)
        if len(layout.headers) > MOST_COLUMNS:
            raise TooManyColumns(path, len(layout.headers), MOST_COLUMNS)
        yield layout, copy.sha256


def _layout(copy: packed.Copy, shown: Path, told: Layout) -> Layout:
    """The layout of the file: what is `told`, and what is recognised."""
    if copy.format == "xlsx":
        # Its library, like that of Parquet, is loaded with the first such file: a second of every start.
        from arraigo.imports.reading import sheets

        titles = sheets.titles(copy.path, shown)
        if told.header == heading.RECOGNISED and not told.sheet and len(titles) > 1:
            told = replace(told, sheet=sheets.with_table(copy.path, shown))
        header = told.header or heading.line_of(sheets.peek(copy.path, shown, told.sheet))
        names = sheets.headers(copy.path, shown, told.sheet, header)
        # Read once for nothing: what breaks off in the middle must do so before anything is written.
        count = sum(1 for _row in sheets.rows(copy.path, shown, told.sheet, names, header))
        return replace(told, headers=names, lines=count + header, header=header, sheets=titles)
    if copy.format == "parquet":
        from arraigo.imports.reading import columns

        names, count = columns.headers(copy.path, shown)
        return replace(told, headers=names, lines=count)
    found = text.survey(copy.path, shown, told.encoding)
    return text.laid_out(replace(told, encoding=found.encoding, lines=found.lines), shown)


def check_headers(layout: Layout, mapping: ColumnMapping, required: Sequence[str]) -> None:
    """Whether the file has the columns of `mapping`: of our own headers only those of `required` fields.

    Raises ColumnMissing, ColumnTwice.
    """
    given = {*mapping.columns, *mapping.constants}
    wanted = (
        list(required) if mapping.is_own else [*mapping.headers(), *(name for name in required if name not in given)]
    )
    named = mapping.headers()
    missing = [
        header if header in named and not mapping.is_own else f"{word(header)} ({header})"
        for header in wanted if header not in layout.headers
    ]  # fmt: skip
    if missing:
        raise ColumnMissing(missing, layout.headers)
    twice = sorted({name for name in layout.headers if name in named and layout.headers.count(name) > 1})
    if twice:
        raise ColumnTwice(twice)


def rows(layout: Layout, shown: Path) -> Iterator[RawRow]:
    """The records of the file below its header. Raises FileBroken where it breaks off."""
    if layout.format == "xlsx":
        from arraigo.imports.reading import sheets

        yield from sheets.rows(layout.path, shown, layout.sheet, layout.headers, layout.header)
    elif layout.format == "parquet":
        from arraigo.imports.reading import columns

        yield from columns.rows(layout.path, shown, layout.headers)
    else:
        yield from text.rows(layout)


class Rejects:
    """The file of rejects, made when the first one comes: line, field, value, reason."""

    def __init__(self, path: Path) -> None:
        self.path, self.written = path, False
        self._file: Any = None

    def write(self, rejects: Sequence[Reject]) -> None:
        if not rejects:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "field", "value", "reason"])
            self.written = True
        self._writer.writerows((each.line, guarded(each.field), guarded(each.value), each.reason) for each in rejects)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
