"""A spreadsheet is a zip of XML parts: it is unpacked once, for nothing but what its reader would hold in memory.

Sheets are read row by row; every other part that is read at all is read whole. What a part is, is said by its
content type, not by its name.
"""

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from arraigo.imports.errors import FileBroken, FileNotText, SheetTooLarge
from arraigo.imports.reading.pouring import pour

TYPES = "[Content_Types].xml"
STRINGS = 256 << 20
"""Bytes of the table of texts."""
WHOLE = 16 << 20
"""Bytes of any other part that is read whole: workbook, styles, relations."""
BETWEEN_ROWS = 8 << 20
"""Bytes of a sheet without the beginning of a row."""
ROW = re.compile(rb"<(?:\w+:)?row[ />]")
HIDING = re.compile(rb"<!|<\?(?!xml )")
"""Where what looks like a row may be none: comments and the like, which no spreadsheet writes into a large sheet."""
CHART_SHEET = b"chartsheet", b"&#", b"\0"
"""Signs of a relation to a sheet that is one chart, which is read whole wherever it lies."""


def check(target: Path, path: Path) -> None:
    """Whether the spreadsheet at `target` can be read within limits: what its own list of contents says may be a lie.

    `path` is how it is called. Raises FileNotText, FileBroken, SheetTooLarge, PackedTooTightly.
    """
    try:
        with zipfile.ZipFile(target) as packed:
            if TYPES not in packed.namelist():
                raise FileNotText(path)
            types = _types(packed, path)
            parts = [_Part(types.get(part.filename, set()), part.filename, path) for part in packed.infolist()]
            for part, info in zip(parts, packed.infolist(), strict=True):
                part.pour(packed, info)
            if any(part.has_charts for part in parts) and any(part.done > WHOLE for part in parts):
                raise SheetTooLarge(path, WHOLE)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ParseError) as error:
        raise FileBroken(path) from error
    except DefusedXmlException as error:
        raise FileBroken(path) from error


def _types(packed: zipfile.ZipFile, path: Path) -> dict[str, set[str]]:
    """The name of each part that has content types of its own → these. Its first sign is left out, as by the reader."""
    with packed.open(TYPES) as file:
        text = file.read(WHOLE + 1)
    if len(text) > WHOLE:
        raise SheetTooLarge(path, WHOLE)
    types: dict[str, set[str]] = {}
    for each in fromstring(text):
        types.setdefault(each.get("PartName", "")[1:], set()).add(each.get("ContentType", ""))
    return types


class _Part:
    """One part on its way through: how much of it would be in memory at once."""

    def __init__(self, kinds: set[str], name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.is_sheet = bool(kinds) and all(kind.endswith("worksheet+xml") for kind in kinds)
        self.most = self._most(kinds)
        """Bytes that it may have; None where it is not read, or only row by row."""
        self.has_charts = self.is_hiding = False
        self.done = self.last_row = 0
        self.rest = b""

    def _most(self, kinds: set[str]) -> int | None:
        if any(kind.endswith("sharedStrings+xml") for kind in kinds):
            return STRINGS
        aside = self.is_sheet or any("pivotCache" in kind for kind in kinds)
        is_xml = self.name.endswith((".xml", ".rels")) or any(kind.endswith("xml") for kind in kinds)
        return WHOLE if is_xml and not aside else None

    def pour(self, packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        size = max(part.compress_size, 1)
        with packed.open(part) as file:
            pour(file.read, self.look_at, self.path, packed=lambda: size)

    def look_at(self, chunk: bytes) -> None:
        self.done += len(chunk)
        if self.most is not None and self.done > self.most:
            raise SheetTooLarge(self.path, self.most)
        text = self.rest + chunk
        self.rest = text[-32:]
        if self.name.endswith(".rels"):
            self.has_charts = self.has_charts or any(sign in text for sign in CHART_SHEET)
        if self.is_sheet:
            self._look_for_rows(text)

    def _look_for_rows(self, text: bytes) -> None:
        """The distance from one row to the next is what a row, or one cell of it, can hold."""
        self.is_hiding = self.is_hiding or HIDING.search(text) is not None
        if self.is_hiding and self.done > BETWEEN_ROWS:
            raise SheetTooLarge(self.path, BETWEEN_ROWS)
        begin = self.done - len(text)
        for found in ROW.finditer(text):
            self._reached(begin + found.start())
            self.last_row = begin + found.start()
        self._reached(self.done)

    def _reached(self, place: int) -> None:
        if place - self.last_row > BETWEEN_ROWS:
            raise SheetTooLarge(self.path, BETWEEN_ROWS)
