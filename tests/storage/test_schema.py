"""The tables of the tests, made from the models, are those that the migrations make, and those of a first start."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)
UNNAMED = "__unnamed"
"""SQLite's own checks of a JSON column, which stand elsewhere where the column was added later."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["migrate", "prepare"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """Another database on the same server, made by one command."""
    other = connection.copy()
    given, name = other.settings_dict, f"{connection.settings_dict['NAME']}_another"
    if connection.vendor == "sqlite":
        name = str(tmp_path / "another.sqlite3")
        url = f"sqlite:///{name}"
    else:
        url = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{name}"
        _on_the_server(f'CREATE DATABASE "{name}"')
    given["NAME"] = name
    environment = {
        **os.environ, "DATABASE_URL": url, "ARRAIGO_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", request.param, "--verbosity=0"], cwd=ROOT, env=environment, check=True)
    yield other
    other.close()
    if connection.vendor == "postgresql":
        _on_the_server(f'DROP DATABASE "{name}"')


def _on_the_server(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def schema(database: BaseDatabaseWrapper) -> dict[str, Any]:
    """Table of ours → its columns with type and null, and how often it has each constraint and index."""
    found = {}
    own = {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("arraigo.")}
    with database.cursor() as cursor:
        for table in own.intersection(database.introspection.table_names(cursor)):
            columns = database.introspection.get_table_description(cursor, table)
            rules = database.introspection.get_constraints(cursor, table)
            found[table] = (
                {column.name: (column.type_code, column.null_ok) for column in columns},
                Counter(_rule(name, rule) for name, rule in rules.items() if not name.startswith(UNNAMED)),
            )
    return found


def _rule(name: str, rule: dict[str, Any]) -> tuple[Any, ...]:
    kinds = tuple(rule[kind] for kind in ("primary_key", "unique", "index", "check"))
    # A check is known by its name, whatever order its columns are read in.
    return (name, *kinds) if rule["check"] else (tuple(rule["columns"]), rule["foreign_key"], *kinds)


def test_the_models_and_the_commands_make_the_same_tables(another: BaseDatabaseWrapper) -> None:
    ours, theirs = schema(connection), schema(another)
    assert ours.keys() == theirs.keys()
    for table, (columns, rules) in ours.items():
        assert columns == theirs[table][0], table
        assert (rules - theirs[table][1], theirs[table][1] - rules) == (Counter(), Counter()), table
    assert len(ours) > 50
    executor = MigrationExecutor(another)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes()), "nothing is left to migrate"


@pytest.mark.one_database
def test_an_upgrade_leaves_sqlite_its_statistics(tmp_path: Path) -> None:
    """Its migrations write tables anew; without statistics it picks the wrong index."""
    file = tmp_path / "older.sqlite3"
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{file}", "ARRAIGO_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
    }  # fmt: skip
    for command in (["prepare"], ["migrate", "usage", "zero", "--verbosity=0"], ["prepare"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    with contextlib.closing(sqlite3.connect(file)) as older:
        assert older.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 0
