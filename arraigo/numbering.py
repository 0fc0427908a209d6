"""The numbers that people read out and that are printed: `OT-2026-004512`.

A number is made of a record's own key, reserved just before the record is inserted. On PostgreSQL
that is the sequence of the table: no transaction waits for another one (a counter row would be held
until commit by every step that takes a number, and two series taken in different orders would lock
each other out); a rolled back transaction leaves a gap. On SQLite there is one writer at a time,
which reads the table's own counter: no gaps. Numbers do not begin anew each year.
"""

import datetime as dt
from typing import Any

from django.db import connection, models

from arraigo import clock

DIGITS = 6


def numbered(model: type[models.Model], prefix: str, at: dt.datetime) -> dict[str, Any]:
    """The `id` and `number` of the next record of `model`: pass them on to its creation.

    One statement. Call it inside the transaction that inserts the record.
    """
    return numbered_many(model, prefix, at, 1)[0]


def numbered_many(model: type[models.Model], prefix: str, at: dt.datetime, count: int) -> list[dict[str, Any]]:
    """As `numbered`, for `count` records of `model` in one statement."""
    year = clock.local(at).year
    return [{"id": key, "number": f"{prefix}-{year}-{key:0{DIGITS}d}"} for key in _reserve(model, count)]


def _reserve(model: type[models.Model], count: int) -> list[int]:
    """The next `count` keys of the table of `model`."""
    if connection.vendor == "postgresql":
        return _reserve_from_sequence(model._meta.db_table, count)
    if not connection.in_atomic_block:
        raise RuntimeError("Take a number inside the transaction that inserts its record.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        row = cursor.fetchone()
    last = row[0] if row else 0
    return list(range(last + 1, last + 1 + count))


def _reserve_from_sequence(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [f'"{table}"', count],
        )
        return sorted(row[0] for row in cursor.fetchall())
