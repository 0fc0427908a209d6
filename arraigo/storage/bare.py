"""Tables without their indexes while millions of rows go in: on PostgreSQL, within one transaction.

Building an index over rows that are there takes a fraction of keeping it up row by row, and a foreign
key is proved by one join. Whatever goes wrong, the transaction brings everything back. SQLite keeps its
indexes, since its unique constraints are part of the tables; it is given more memory instead.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, connections, models

FOREIGN_KEYS_FIRST = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype = 'u', conname
"""
INDEXES = """
SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[])
AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
"""
MEMORY_FOR_INDEXES = "256MB"
CACHE_KB = 512 * 1024


@contextmanager
def _roomy() -> Iterator[None]:
    """SQLite with so much memory that the search tokens' index stays in it."""
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA cache_size = {int(before)}")


@contextmanager
def bare(found: Sequence[type[models.Model]], *, using: str = "default") -> Iterator[None]:
    """Let the tables of the models stand without secondary indexes, unique constraints and foreign keys.

    Call it inside a transaction on PostgreSQL, outside of one on SQLite.
    """
    if connections[using].vendor != "postgresql":
        with _roomy():
            yield
        return
    tables = [f'"{model._meta.db_table}"' for model in found]
    with connections[using].cursor() as cursor:
        cursor.execute(FOREIGN_KEYS_FIRST, [tables])
        constraints = cursor.fetchall()
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for _, name in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connections[using].cursor() as cursor:
        # What was written one by one meanwhile has its own checks to come.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY_FOR_INDEXES}'")
        for definition, _ in indexes:
            cursor.execute(definition)
        for table, name, definition in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
