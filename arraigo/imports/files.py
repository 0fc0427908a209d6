"""Reading a CSV file, and writing down the rows that were not taken."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from arraigo.imports.errors import ColumnMissing, EncodingWrong, FileEmpty, FileMissing
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.rows import ROWS

CHUNK = 1 << 20


@dataclass(frozen=True)
class Survey:
    """What a first pass over a file finds, before anything is written."""

    sha256: str
    lines: int
    """Line ends, for the progress."""


@dataclass(frozen=True)
class RawRow:
    """One record of the file. `line` is the last line it stands on, as an editor counts."""

    line: int
    cells: dict[str, str]
    ragged: bool
    """It has more or fewer cells than the header."""


@dataclass(frozen=True)
class Reject:
    """Why a row was not taken. `field` is ours, or empty where the whole row is meant."""

    line: int
    field: str
    reason: str


def survey(path: Path, mapping: ColumnMapping) -> Survey:
    """Read the whole file once: its digest, its length, and that it can be read.

    Raises FileMissing, FileEmpty, EncodingWrong, ColumnMissing.
    """
    if not path.is_file():
        raise FileMissing(path)
    found = _digest(path)
    _check_encoding(path, mapping.encoding)
    _check_headers(path, mapping)
    return found


def _digest(path: Path) -> Survey:
    digest, lines = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            lines += chunk.count(b"\n")
    return Survey(digest.hexdigest(), lines)


def _check_encoding(path: Path, encoding: str) -> None:
    decoder, read = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
                read += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise EncodingWrong(path, encoding.removesuffix("-sig"), read + error.start) from error


def _check_headers(path: Path, mapping: ColumnMapping) -> None:
    with open_text(path, mapping) as file:
        headers = _headers(next(csv.reader(file, delimiter=mapping.delimiter), []))
    if not headers:
        raise FileEmpty(path)
    missing = [header for header in _required(mapping) if header not in headers]
    if missing:
        raise ColumnMissing(missing, headers)


def _required(mapping: ColumnMapping) -> list[str]:
    """Of our own headers only the ones that no row can do without; of a mapping's, all it names."""
    if any(field != header for field, header in mapping.columns.items()):
        return mapping.headers()
    return [name for name, field in ROWS[mapping.kind].model_fields.items() if field.is_required()]


def open_text(path: Path, mapping: ColumnMapping) -> IO[str]:
    return path.open(encoding=mapping.encoding, newline="")


def _headers(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def rows(path: Path, mapping: ColumnMapping) -> Iterator[RawRow]:
    """The records of the file below its header; empty lines are left out."""
    with open_text(path, mapping) as file:
        reader = csv.reader(file, delimiter=mapping.delimiter)
        headers = _headers(next(reader))
        for cells in reader:
            if cells:
                found = {header: cell.replace("\0", "") for header, cell in zip(headers, cells, strict=False)}
                yield RawRow(reader.line_num, found, len(cells) != len(headers))


def write_rejects(path: Path, rejects: list[Reject]) -> None:
    """Write the rejects as CSV: line, field, reason."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "field", "reason"])
        writer.writerows((each.line, each.field, each.reason) for each in rejects)
