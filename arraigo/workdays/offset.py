"""How far this installation's clock stands ahead, as every process sees it.

The row is read again after two seconds, so that every process follows when the demo clock is moved.
A demo clock only: production never looks.
"""

import datetime as dt
import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from arraigo.workdays.models import ClockOffset

FRESH = 2.0
"""Seconds for which a process trusts what it read."""
NOTHING = dt.timedelta()

_kept: tuple[float, dt.timedelta] | None = None


def offset() -> dt.timedelta:
    """How far the clock is ahead; nothing in production or before the first migration.

    While the database does not answer it stays as it was: what is recorded right after lies at no other time.
    Within a transaction what is known already stays: one step has one clock, and no extra statement.
    """
    global _kept
    if settings.PRODUCTION:
        return NOTHING
    stale = _kept is None or time.monotonic() - _kept[0] >= FRESH
    if _kept is None or (stale and not connection.in_atomic_block):
        _kept = (time.monotonic(), _read())
    return _kept[1]


def look_again(**kwargs: Any) -> None:
    """At the begin of a request: read the row where it is time to. Receives Django's signal."""
    offset()


def forget() -> None:
    """Let the next look read the row."""
    global _kept
    _kept = None


def _read() -> dt.timedelta:
    try:
        # A savepoint within a transaction: without the table the rest of it must not fail too.
        with transaction.atomic():
            row = ClockOffset.objects.first()
    except DatabaseError:
        return _kept[1] if _kept else NOTHING
    return row.ahead if row else NOTHING
