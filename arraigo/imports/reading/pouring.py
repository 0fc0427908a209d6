"""Unpacking within limits: what grows beyond measure is stopped while it grows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from arraigo.imports.errors import FileTooLarge, PackedTooTightly

CHUNK = 1 << 20
RATIO, FREE = 200, 64 << 20
"""Unpacked bytes to packed ones that no honest table reaches, and how much is let through before asking."""


@dataclass
class Measure:
    """What was unpacked of the file called `path` so far, held against what it has packed (bytes; 0: nothing is)."""

    path: Path
    packed: int = 0
    done: int = 0

    def add(self, count: int) -> None:
        """Count `count` bytes more. Raises FileTooLarge, PackedTooTightly."""
        self.done += count
        if self.done > settings.IMPORT_MOST_BYTES:
            raise FileTooLarge(self.path, settings.IMPORT_MOST_BYTES)
        if self.packed and self.done > FREE and self.done > RATIO * self.packed:
            raise PackedTooTightly(self.path)


def pour(
    read: Callable[[int], bytes], write: Callable[[bytes], object], path: Path, *, packed: Callable[[], int]
) -> int:
    """Pour from `read` into `write`, within the limits; how many bytes. `packed` is 0 for what is not packed.

    Raises FileTooLarge, PackedTooTightly.
    """
    measure = Measure(path)
    while chunk := read(CHUNK):
        measure.packed = packed()
        measure.add(len(chunk))
        write(chunk)
    return measure.done
