"""Reading CSV: strictly, line by line, so that one bad record costs no other.

A quoted cell may run over several lines. Where its closing quote is missing, or where the lines it
would swallow are whole records by themselves, the line with the opening quote is rejected and reading
goes on with the next one.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from arraigo.imports.errors import EncodingWrong, FileNotText, HeadersUnreadable
from arraigo.imports.reading import heading, parting, spanish
from arraigo.imports.reading.raw import MOST_LINE, Layout, RawRow, row_of

CHUNK = 1 << 20
MOST_LINES, MOST_TRIES = 5000, 200
"""Lines that one record may run over, and those of them with quotes: any of these may be its last."""
SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
"""The line in front of the headers by which spreadsheets are told what parts the cells."""
LINE_ENDS = re.compile(r"\s*[\r\n]\s*")
"""Within a header: a blank, by which a mapping and a page can name it."""
OPEN_QUOTE = "unexpected end of data"
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
"""UTF-32's begins as UTF-16's does: it is asked first."""
UTF8_LETTER = re.compile(b"\xc3[\x80-\xbf]")
"""An accented letter of UTF-8, which no Spanish text has in another encoding."""
csv.field_size_limit(MOST_LINE)


@dataclass(frozen=True)
class Text:
    encoding: str
    lines: int


def survey(path: Path, shown: Path, encoding: str) -> Text:
    """The encoding of the file at `path` and its line ends. Raises EncodingWrong, FileNotText.

    `encoding` is what the mapping says; without one UTF-8 is tried, then what a Spanish text reads best in.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    wanted = encoding or next((name for bom, name in BOMS.items() if head.startswith(bom)), "")
    if head.count(b"\0") * 1000 > len(head) and not wanted.startswith(("utf-16", "utf-32")):
        raise FileNotText(shown)
    if wanted:
        return Text(wanted, _decoded(path, shown, wanted))
    try:
        return Text("utf-8-sig", _decoded(path, shown, "utf-8"))
    except EncodingWrong as error:
        sample = _sample(path, error.byte)
        if error.beyond_ascii or UTF8_LETTER.search(sample):
            raise  # it is UTF-8 with damage, not another encoding
        likely = spanish.encoding_of(sample)
    try:
        return Text(likely, _decoded(path, shown, likely))
    except EncodingWrong:
        return Text("latin-1", _decoded(path, shown, "latin-1"))


def _sample(path: Path, byte: int) -> bytes:
    """What stands around and after the first byte beyond ASCII."""
    with path.open("rb") as file:
        file.seek(max(byte - 80, 0))
        return file.read(CHUNK)


def _decoded(path: Path, shown: Path, encoding: str) -> int:
    """Read the whole file in `encoding`; how many line ends it has."""
    decoder, read, lines, beyond = codecs.getincrementaldecoder(encoding)(), 0, 0, False
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                text = decoder.decode(chunk)
                lines += text.count("\n") or text.count("\r")
                beyond = beyond or not text.isascii()
                read += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            beyond = beyond or not error.object[: error.start].isascii()
            raise EncodingWrong(shown, encoding.removesuffix("-sig"), read + error.start, beyond) from error
        except UnicodeError as error:  # no byte order mark where there must be one
            raise EncodingWrong(shown, encoding, read, beyond) from error
    return lines


def laid_out(layout: Layout, shown: Path) -> Layout:
    """`layout` with the line of the headers, the headers, and what parts the cells, recognised where it is not told.

    Raises HeadersUnreadable.
    """
    with layout.path.open(encoding=layout.encoding, newline="") as file:
        lines = _Lines(file)
        first = [lines.next() for _ in range(max(layout.header, heading.LOOKED_AT))]
    said = SEPARATOR.fullmatch(first[0].strip())
    if said or layout.header == heading.RECOGNISED:
        looked_at = first[bool(said) : heading.LOOKED_AT]
        delimiter = layout.delimiter or (said[1] if said else parting.delimiter_of(looked_at))
        # Told or not, it is a line of the whole file.
        header = max(layout.header, 1 + bool(said))
        if layout.header == heading.RECOGNISED:
            header = bool(said) + heading.line_of([_cells(line, delimiter) for line in looked_at])
    else:
        header, delimiter = layout.header, layout.delimiter
    delimiter = delimiter or parting.delimiter_of([first[header - 1]])
    with layout.path.open(encoding=layout.encoding, newline="") as file:
        cells, problem = _header(_Lines(file), header, delimiter)
    if problem:
        raise HeadersUnreadable(shown, header, problem)
    names = tuple(LINE_ENDS.sub(" ", cell.strip()) for cell in cells)
    return replace(layout, headers=names, delimiter=delimiter, header=header)


def _header(lines: "_Lines", number: int, delimiter: str) -> tuple[list[str], str]:
    """The cells of the headers that begin on line `number`, or what is wrong with them; `lines` then are below them."""
    for _above in range(number - 1):
        lines.next()
    line = lines.next()
    cells = _cells(line, delimiter)
    return _quoted(line, lines, delimiter, len(cells)) if '"' in line else (cells, "")


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


class _Lines:
    """The lines of a file with their numbers; a line that was taken too much can be given back."""

    def __init__(self, file: IO[str]) -> None:
        self.file, self.number, self.waiting = file, 0, list[str]()

    def next(self) -> str:
        """The next line, at most MOST_LINE long; empty at the end. The rest of a longer one is skipped."""
        line = self.waiting.pop() if self.waiting else self._read()
        self.number += bool(line)
        return line

    def _read(self) -> str:
        line = rest = self.file.readline(MOST_LINE)
        while len(rest) == MOST_LINE and rest[-1] not in "\r\n":
            rest = self.file.readline(MOST_LINE)
        return line

    def give_back(self, lines: list[str]) -> None:
        self.waiting += reversed(lines)
        self.number -= len(lines)


def rows(layout: Layout) -> Iterator[RawRow]:
    """The records of the file below its header; empty lines are left out."""
    names, delimiter = layout.headers, layout.delimiter
    with layout.path.open(encoding=layout.encoding, newline="") as file:
        lines = _Lines(file)
        _header(lines, layout.header, delimiter)
        while line := lines.next():
            number = lines.number
            if len(line) >= MOST_LINE:
                yield RawRow(number, {}, _("the line is longer than %(most)d characters") % {"most": MOST_LINE})
            elif plain := line.rstrip("\r\n"):
                if '"' in plain:
                    cells, problem = _quoted(line, lines, delimiter, len(names))
                else:
                    cells, problem = plain.split(delimiter), ""
                yield _row(number, cells, problem, names)


def _row(number: int, cells: list[str], problem: str, names: tuple[str, ...]) -> RawRow:
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()  # a separator at the end of the line
    if not problem and len(cells) != len(names):
        problem = _("cells in the row: %(cells)d, in the header: %(headers)d") % {
            "cells": len(cells), "headers": len(names),
        }  # fmt: skip
    return RawRow(number, {}, problem) if problem else row_of(number, names, cells)


def _quoted(line: str, lines: _Lines, delimiter: str, width: int) -> tuple[list[str], str]:
    """The cells of the record that begins on `line`, or what is wrong with it."""
    taken = [line]
    for _try in range(MOST_TRIES):
        try:
            return next(csv.reader(["".join(taken)], delimiter=delimiter, strict=True)), ""
        except csv.Error as error:
            opened = str(error) == OPEN_QUOTE
        if not opened or not _to_the_next_quote(taken, lines, delimiter, width):
            break
    lines.give_back(taken[1:])
    return [], _("a quote is opened and not closed") if opened or taken[1:] else _(
        "there is a quote within a quoted cell: write it twice"
    )


def _to_the_next_quote(taken: list[str], lines: _Lines, delimiter: str, width: int) -> bool:
    """Take the lines of a cell that is open, up to one with a quote; whether there is such a one."""
    length = sum(map(len, taken))
    while len(taken) <= MOST_LINES and (following := lines.next()):
        taken.append(following)
        length += len(following)
        if length > MOST_LINE or _whole(following, delimiter, width):
            return False
        if '"' in following:
            return True
    return False


def _whole(line: str, delimiter: str, width: int) -> bool:
    """Whether a line looks like a record of its own."""
    if width < 2 or line.count(delimiter) < width - 1:
        return False
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        return len(cells) == width and not any('"' in cell for cell in cells)
    except csv.Error:
        return False
