"""Cursors whose statements PostgreSQL plans once per connection: docs/decisions/0045-compiled-queries.md."""

from typing import Any

import psycopg
from psycopg._queries import PostgresQuery

NEVER = 2**31
MOST_PREPARED = 1000
"""Statements that a connection keeps; there are some ninety, each once for every size of its numbers."""


class Prepared(psycopg.Cursor[Any]):
    """A cursor whose statements PostgreSQL parses and plans once per connection.

    For joins of half a dozen tables it otherwise plans longer than it reads.
    """

    is_logged = False

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Any:
        done = super().execute(query, params, prepare=True)
        if self.is_logged and self._query is None:  # psycopg keeps no text of what is prepared
            self._query = PostgresQuery(self._tx)
            self._query.query = str(query).encode()
        return done


def live(connection: Any) -> Any:
    """psycopg's own connection, opened anew where it was lost."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return connection.connection


def cursor(connection: Any) -> Any:
    """A `Prepared` cursor on the connection, logged where Django logs its queries."""
    raw = live(connection)
    # Nothing is prepared for being asked often, and nothing that was prepared gives way to others.
    raw.prepare_threshold, raw.prepared_max = NEVER, MOST_PREPARED
    preparing = Prepared(raw)
    preparing.is_logged = connection.queries_logged
    return connection._prepare_cursor(preparing)
