"""Names of files as they come, made fit for our own folders and for the records about them."""

import os
from pathlib import Path

from django.conf import settings

MOST = 150
"""Bytes of a name of ours: what is put before and behind it fits beside it."""


def shown(name: str) -> str:
    """The end of `name`, as text: bytes that are no UTF-8 become a sign for that."""
    return os.fsencode(name).decode("utf-8", "replace")[-200:]


def fitting(name: str) -> str:
    """`shown`, cut in front to what fits into the name of a file."""
    return shown(name).encode()[-MOST:].decode("utf-8", "ignore")


def rejects_place(name: str = "") -> Path:
    """Where the files of rejected rows lie, or the one called `name`: each run has its own, since the history keeps
    them all."""
    return Path(settings.DATA_DIR) / "rejects" / Path(name).name
