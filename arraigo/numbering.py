"""The numbers that people read out and that are printed: `OT-2026-004512`.

A number is made of a record's own key, reserved just before the record is inserted. On PostgreSQL
that is the sequence of the table: no transaction waits for another one (a counter row would be held
until commit by every step that takes a number, and two series taken in different orders would lock
each other out); a rolled back transaction leaves a gap. On SQLite there is one writer at a time,
which reads the table's own counter: no gaps. Numbers do not begin anew each year. A number that an
import has brought is passed over together with its key.
"""

import datetime as dt
from typing import Any

from django.db import connection, models

from arraigo import clock

DIGITS = 6
NEXT_KEY = {
    "postgresql": (
        "SELECT nextval(pg_get_serial_sequence(%(quoted)s, 'id')) UNION ALL"
        " SELECT nextval(pg_get_serial_sequence(%(quoted)s, 'id')) FROM candidate"
    ),
    "sqlite": (
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = %(table)s), 0) + 1 UNION ALL"
        " SELECT id + 1 FROM candidate"
    ),
}
"""One key after the other; both databases make only as many as are asked for."""
IN_DIGITS = {
    "postgresql": "lpad(candidate.id::text, greatest(%(digits)s, length(candidate.id::text)), '0')",
    "sqlite": "printf('%%0' || %(digits)s || 'd', candidate.id)",
}


def numbered(model: type[models.Model], prefix: str, at: dt.datetime) -> dict[str, Any]:
    """The `id` and `number` of the next record of `model`: pass them on to its creation.

    One statement. Call it inside the transaction that inserts the record.
    """
    return numbered_many(model, prefix, at, 1)[0]


def numbered_many(model: type[models.Model], prefix: str, at: dt.datetime, count: int) -> list[dict[str, Any]]:
    """As `numbered`, for `count` records of `model` in one statement."""
    start = f"{prefix}-{clock.local(at).year}-"
    return [{"id": key, "number": f"{start}{key:0{DIGITS}d}"} for key in _reserve(model, start, count)]


def _reserve(model: type[models.Model], start: str, count: int) -> list[int]:
    """The next `count` keys of the table of `model` whose number, beginning with `start`, nobody has.

    The number is counted instead of asked for with NOT EXISTS: PostgreSQL would read the whole table.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        raise RuntimeError("Take a number inside the transaction that inserts its record.")
    table = model._meta.db_table
    # A name of our own table; what is asked for are parameters.
    free = f"(SELECT count(*) FROM {table} WHERE number = %(start)s || {IN_DIGITS[connection.vendor]}) = 0"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE candidate(id) AS ({NEXT_KEY[connection.vendor]})"  # noqa: S608
            f" SELECT id FROM candidate WHERE {free} LIMIT %(count)s",
            {"table": table, "quoted": f'"{table}"', "digits": DIGITS, "start": start, "count": count},
        )
        return [row[0] for row in cursor.fetchall()]
