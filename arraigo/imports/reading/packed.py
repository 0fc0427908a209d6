"""A private copy of the file, unpacked: what is read cannot change any more, and cannot burst the disk."""

import gzip
import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from arraigo.imports.errors import FileBroken, FileChanged, FileEmpty, FileMissing, FileUnreadable
from arraigo.imports.reading import workbook
from arraigo.imports.reading.pouring import CHUNK, pour

GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
LEFT_BEHIND = 2 * 24 * 3600
"""Seconds after which a copy has no reader any more."""


@dataclass(frozen=True)
class Copy:
    path: Path
    sha256: str
    """Of the file as it was delivered."""
    format: str


@contextmanager
def private_copy(path: Path) -> Iterator[Copy]:
    """Copy `path` to where nobody else writes, unpacking gzip on the way.

    Raises FileMissing, FileEmpty, FileUnreadable, FileChanged, FileBroken, FileTooLarge, PackedTooTightly.
    """
    try:
        there = path.is_file()
    except OSError as error:  # a folder that may not be looked into, a name that no file has
        raise FileUnreadable(path, error.strerror or str(error)) from error
    if not there:
        raise FileMissing(path)
    folder = Path(settings.DATA_DIR) / "imports" / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as name:
        _sweep(folder)
        target = Path(name) / "file"
        try:
            digest = _copied(path, target)
        except OSError as error:
            raise FileUnreadable(path, error.strerror or str(error)) from error
        yield Copy(target, digest, _format(target, path))


def _sweep(folder: Path) -> None:
    """Take away the copies of processes that were killed: nobody reads a file for so long."""
    now = folder.stat().st_mtime  # a copy was just begun in it
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > LEFT_BEHIND:
                shutil.rmtree(left, ignore_errors=True)


def _copied(path: Path, target: Path) -> str:
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        head = file.read(len(GZIP))
        file.seek(0)
        if not head:
            raise FileEmpty(path)
        hashing = _Hashing(file)
        with target.open("wb") as copy:
            if head == GZIP:
                _unpacked(hashing, copy, path)
            else:
                pour(hashing.read, copy.write, path, packed=lambda: 0)
        hashing.finish()
        after, now = os.fstat(file.fileno()), path.stat()
        told = {(each.st_size, each.st_mtime_ns, each.st_ino) for each in (before, after, now)}
        if len(told) > 1 or hashing.count != before.st_size:
            raise FileChanged(path)
    return hashing.digest.hexdigest()


class _Hashing:
    """A file whose bytes are hashed while they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest, self.count = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        self.count += len(data)
        return data

    def finish(self) -> None:
        while self.read(CHUNK):
            pass


def _unpacked(file: _Hashing, copy: IO[bytes], path: Path) -> None:
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:  # type: ignore[call-overload]
            pour(unpacked.read, copy.write, path, packed=lambda: file.count)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileBroken(path) from error


def _format(target: Path, path: Path) -> str:
    with target.open("rb") as file:
        head = file.read(4)
    if head[:2] == GZIP:
        raise FileBroken(path)
    if head == ZIP:
        workbook.check(target, path)
        return "xlsx"
    return "parquet" if head == PARQUET else "csv"
