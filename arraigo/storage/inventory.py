"""What lies in a database: rows per table, migrations, the head of the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.utils import DatabaseError

from arraigo.eventlog.models import Seal


@dataclass(frozen=True)
class Inventory:
    """What must be the same on both sides."""

    counts: dict[str, int]
    """Table → rows."""
    log_count: int
    log_head: str

    def differences(self, other: "Inventory") -> Iterator[str]:
        """What is not the same in `other`, in words of a table or of the log."""
        for table, count in self.counts.items():
            if other.counts.get(table) != count:
                yield f"{table} {count} ≠ {other.counts.get(table)}"
        if (self.log_count, self.log_head) != (other.log_count, other.log_head):
            yield f"log {self.log_count} ≠ {other.log_count}"


def tables() -> list[type[models.Model]]:
    """Every model that has a table, those of many-to-many relations included."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def inventory(using: str = "default") -> Inventory:
    """Counts the rows of every table; call it inside a transaction that sees one moment."""
    counts = {model._meta.db_table: model._base_manager.using(using).count() for model in tables()}
    seal = Seal.objects.using(using).filter(pk=1).first() or Seal()
    return Inventory(counts, seal.count, seal.head)


def migrations(using: str = "default") -> list[str]:
    """The migrations that the database has, as `app.name`."""
    applied = MigrationLoader(connections[using], ignore_no_migrations=True).applied_migrations or {}
    return sorted(f"{app}.{name}" for app, name in applied)


def known_migrations() -> set[str]:
    """The migrations that this version of Arraigo has."""
    loader: Any = MigrationLoader(None, ignore_no_migrations=True)
    return {f"{app}.{name}" for app, name in loader.disk_migrations} | {
        f"{app}.{name}" for migration in loader.disk_migrations.values() for app, name in migration.replaces
    }


def has_tables(using: str = "default") -> bool:
    """Whether the database has the tables of Arraigo."""
    return Seal._meta.db_table in connections[using].introspection.table_names()


def is_empty(using: str = "default") -> bool:
    """Whether the database has neither customers nor people, or not even the tables for them."""
    try:
        with connections[using].cursor() as cursor:
            there = set(connections[using].introspection.table_names(cursor))
            return not any(
                table in there and _has_rows(cursor, table) for table in ("customers_customer", "people_user")
            )
    except DatabaseError as error:
        raise RuntimeError(str(error)) from error


def _has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608 -- names of our own tables
    return cursor.fetchone() is not None
