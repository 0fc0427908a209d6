"""Unpacking within limits: what grows beyond measure is stopped while it grows."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from arraigo.imports.errors import FileTooLarge, PackedTooTightly

CHUNK = 1 << 20
RATIO, FREE = 200, 64 << 20
"""Unpacked bytes to packed ones that no honest table reaches, and how much is let through before asking."""


def pour(
    read: Callable[[int], bytes], write: Callable[[bytes], object], path: Path, *, packed: Callable[[], int]
) -> int:
    """Pour from `read` into `write`, within the limits; how many bytes. `packed` is 0 for what is not packed.

    Raises FileTooLarge, PackedTooTightly.
    """
    done = 0
    while chunk := read(CHUNK):
        done += len(chunk)
        if done > settings.IMPORT_MOST_BYTES:
            raise FileTooLarge(path, settings.IMPORT_MOST_BYTES)
        if packed() and done > FREE and done > RATIO * packed():
            raise PackedTooTightly(path)
        write(chunk)
    return done
