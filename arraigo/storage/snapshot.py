"""A consistent copy of the database in one file, taken while others write; and back from such a file."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from arraigo.storage.errors import ToolFailed, ToolMissing
from arraigo.storage.inventory import Inventory, inventory


def take(file: Path) -> Inventory:
    """Write the database as of one moment to `file`; what lies in it. Raises ToolMissing, ToolFailed, OSError."""
    if connection.vendor == "sqlite":
        return _take_sqlite(file)
    return _take_postgres(file)


def _take_sqlite(file: Path) -> Inventory:
    """SQLite's own online backup, in one step under one read transaction: writers go on meanwhile."""
    with closing(sqlite3.connect(_path())) as source, closing(sqlite3.connect(file)) as copy:
        try:
            source.backup(copy)
        except sqlite3.OperationalError as error:  # no room, as a rule
            raise OSError(str(error)) from error
        counts = dict(_count(copy, table) for table in connection.introspection.table_names())
        row = copy.execute("SELECT count, head FROM eventlog_seal WHERE id = 1").fetchone()
    return Inventory(counts, *(row or (0, "0" * 64)))


def _count(copy: sqlite3.Connection, table: str) -> tuple[str, int]:
    sql = f'SELECT count(*) FROM "{table}"'  # noqa: S608 -- names of our own tables
    return table, copy.execute(sql).fetchone()[0]


def _take_postgres(file: Path) -> Inventory:
    """pg_dump over the snapshot of a transaction that also counts the rows."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        found = inventory()
        _tool("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={file}", *_server())
    return found


def put_back(file: Path) -> None:
    """Make the database what `file` holds, all of it or nothing. Raises ToolMissing, ToolFailed."""
    if connection.vendor == "postgresql":
        connection.close()
        _tool(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}", *_server(with_name=False), str(file),
        )  # fmt: skip
        return
    connection.close()
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file, path.with_suffix(".restored"))
    for rest in ("-wal", "-shm"):
        Path(f"{path}{rest}").unlink(missing_ok=True)
    path.with_suffix(".restored").replace(path)


def _path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _server(*, with_name: bool = True) -> list[str]:
    """Where the database is, as PostgreSQL's programs take it."""
    settings = connection.settings_dict
    given = {"--host": settings["HOST"], "--port": settings["PORT"], "--username": settings["USER"]}
    found = [f"{key}={value}" for key, value in given.items() if value]
    return [*found, "--no-password", *([str(settings["NAME"])] if with_name else [])]


def _tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where nobody else reads it."""
    program = shutil.which(name)
    if program is None:
        raise ToolMissing(name)
    secret: Any = connection.settings_dict["PASSWORD"]
    environment = {**os.environ, **({"PGPASSWORD": str(secret)} if secret else {})}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise ToolFailed(name, done.stderr)
