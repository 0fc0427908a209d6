"""One database's share of `bench steps`, in a process of its own. Prints one JSON object.

Times, on the same database in the same run: our steps; the same SQL statements replayed straight
through the driver on a copy taken before (the floor); a viewflow flow with the same records (the peer).
"""

import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.backends.sqlite3._functions import register  # noqa: E402

from arraigo import clock  # noqa: E402
from arraigo.storage.tables import bring_up_to_date  # noqa: E402
from bench import _cases  # noqa: E402
from tests.cast import NOW, Cast  # noqa: E402

Statement = tuple[str, Any]
CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


class Recorder:
    """Keeps every statement, in groups: those of a timed step, and those between steps."""

    def __init__(self) -> None:
        self.groups: list[tuple[bool, list[Statement]]] = [(False, [])]

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(CONTROL):
            self.groups[-1][1].append((sql, params))
        return execute(sql, params, many, context)

    @contextmanager
    def step(self) -> Iterator[None]:
        self.groups.append((True, []))
        yield
        self.groups.append((False, []))


def ours(cases: list[Any], recorder: Recorder) -> tuple[int, float]:
    """How many steps were carried out, and in how many seconds."""
    count, seconds = 0, 0.0
    with connection.execute_wrapper(recorder):
        for step in _cases.steps(cases):
            with recorder.step():
                began = time.perf_counter()
                step()
                seconds += time.perf_counter() - began
            count += 1
    return count, seconds


def copy() -> str:
    """A copy of the database as it is now; its file or name."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    if connection.vendor == "sqlite":
        with sqlite3.connect(name) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(name, f"{name}.floor")
        return f"{name}.floor"
    with psycopg.connect(**_server("postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}_floor" TEMPLATE "{name}"')  # type: ignore[arg-type]
    return f"{name}_floor"


def _server(database: str) -> dict[str, Any]:
    settings = connection.settings_dict
    return {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"], "dbname": database}


def _open(place: str) -> Any:
    if connection.vendor == "postgresql":
        return psycopg.connect(**_server(place), cursor_factory=psycopg.ClientCursor)
    raw = sqlite3.connect(place, isolation_level=None)
    register(raw)  # checks of the schema call Django's date functions
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        raw.execute(f"PRAGMA {pragma}")
    return raw


def _for_sqlite(sql: str, params: Any) -> str:
    """The statement with its places as SQLite writes them."""
    if isinstance(params, dict):
        return sql % {name: f":{name}" for name in params}
    return sql.replace("%s", "?").replace("%%", "%")


def floor(place: str, recorder: Recorder) -> float:
    """Seconds that the statements of the timed steps take straight through the driver."""
    raw, seconds = _open(place), 0.0
    sqlite = connection.vendor == "sqlite"
    for timed, statements in recorder.groups:
        ready = [(_for_sqlite(sql, params) if sqlite else sql, params) for sql, params in statements]
        began = time.perf_counter()
        if sqlite:
            raw.execute("BEGIN IMMEDIATE")
        for sql, params in ready:
            cursor = raw.execute(sql, params or ())
            if cursor.description:
                cursor.fetchall()
        raw.commit()
        seconds += (time.perf_counter() - began) if timed else 0.0
    raw.close()
    return seconds


def peer(cast: Cast, cases: int, *, first: int) -> tuple[int, float]:
    """Steps and seconds of viewflow with the same records, for customers numbered from `first`."""
    from bench._viewflow import NODES, Peer, plan_control

    homes = [cast.household(str(first + number)) for number in range(cases)]
    for home in homes:
        home.repeated_faults()
    peers = [Peer(home) for home in homes]
    seconds = 0.0
    for each in peers:
        for node in NODES:
            if node in ("step_09", "step_10"):
                plan_control(each, "post_visit" if node == "step_09" else "post_service")
            began = time.perf_counter()
            each.step(node)
            seconds += time.perf_counter() - began
    return len(peers) * len(NODES), seconds


def main(cases: int) -> None:
    bring_up_to_date()
    with clock.at(NOW):
        cast = Cast()
        warm = _cases.open_cases(_cases.households(cast, 4, first=200_000))
        for step in _cases.steps(warm):
            step()
        walks = _cases.open_cases(_cases.households(cast, cases, first=250_000))
        # The peer before and after us: a machine that grows busier or quieter meanwhile favours neither.
        peer(cast, 1, first=300_000)
        early = peer(cast, max(1, cases // 4), first=310_000)
        place, recorder = copy(), Recorder()
        count, seconds = ours(walks, recorder)
        floor_seconds = floor(place, recorder)
        late = peer(cast, max(1, cases // 4), first=320_000)
        peer_count, peer_seconds = (sum(both) for both in zip(early, late, strict=True))
    statements = sum(len(group) for timed, group in recorder.groups if timed)
    print(
        json.dumps(
            {
                "steps": count, "seconds": seconds, "floor_seconds": floor_seconds,
                "peer_steps": peer_count, "peer_seconds": peer_seconds, "statements": statements,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
