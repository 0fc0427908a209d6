"""The whole database into an empty PostgreSQL, row by row through COPY, proved by counts and the log."""

from collections.abc import Callable
from typing import Any

import dj_database_url
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.utils import DatabaseError
from django.utils.translation import gettext as _

from arraigo.eventlog.verify import Proof, verify
from arraigo.storage.bare import bare
from arraigo.storage.errors import NoTarget, NotEmpty, NotTheSame
from arraigo.storage.inventory import inventory, is_empty, tables
from arraigo.storage.tables import bring_up_to_date

TARGET = "target"
CHUNK = 2000
Say = Callable[[str], None]


def move_to(url: str, *, say: Say) -> tuple[int, Proof]:
    """Copy everything into the empty PostgreSQL database at `url`; rows and the proof of the log there.

    Stop server and worker first: what is written meanwhile waits (SQLite) or stays behind. The database
    that is left is not changed. Raises NoTarget, NotEmpty, NotTheSame; the target then stays empty.
    """
    _connect(url)
    try:
        return _move(say)
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        del connections.settings[TARGET]


def _connect(url: str) -> None:
    try:
        parsed: Any = dj_database_url.parse(url)
    except (ValueError, KeyError) as error:
        raise NoTarget(_("it is no address of PostgreSQL")) from error
    if parsed["ENGINE"] != "django.db.backends.postgresql":
        raise NoTarget(_("it is no address of PostgreSQL"))
    every = connections.configure_settings({DEFAULT_DB_ALIAS: parsed.copy(), TARGET: parsed})
    connections.settings[TARGET] = every[TARGET]
    try:
        connections[TARGET].ensure_connection()
    except DatabaseError as error:
        del connections[TARGET]
        del connections.settings[TARGET]
        raise NoTarget(str(error).strip().splitlines()[0]) from error


def _move(say: Say) -> tuple[int, Proof]:
    if not is_empty(TARGET):
        raise NotEmpty
    say("tables")
    bring_up_to_date(using=TARGET)
    found = tables()
    with transaction.atomic(), transaction.atomic(using=TARGET):
        _empty(found)
        with bare(found, using=TARGET):
            rows = sum(_copy(model, say) for model in found)
        _go_on_numbering(found)
        differences = list(inventory().differences(inventory(TARGET)))
        if differences:
            raise NotTheSame(", ".join(differences[:5]))
        say("log")
        proof = verify(using=TARGET)
        if proof.broken:
            raise NotTheSame(proof.broken.sentence)
    with connections[TARGET].cursor() as cursor:
        cursor.execute("ANALYZE")
    return rows, proof


def _empty(found: list[type[models.Model]]) -> None:
    """What the migrations themselves wrote comes from the other database too."""
    names = ", ".join(f'"{model._meta.db_table}"' for model in found)
    with connections[TARGET].cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")


def _copy(model: type[models.Model], say: Say) -> int:
    fields = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    count = 0
    with (
        connections[TARGET].cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        for row in rows.iterator(chunk_size=CHUNK):
            copy.write_row([_prepared(field, value) for field, value in zip(fields, row, strict=True)])
            count += 1
    if count:
        say(f"{model._meta.db_table} {count:,}")
    return count


def _prepared(field: Any, value: Any) -> Any:
    """The value as PostgreSQL takes it."""
    return field.get_db_prep_save(value, connection=connections[TARGET])


def _go_on_numbering(found: list[type[models.Model]]) -> None:
    with connections[TARGET].cursor() as cursor:
        for sql in connections[TARGET].ops.sequence_reset_sql(no_style(), found):
            cursor.execute(sql)
