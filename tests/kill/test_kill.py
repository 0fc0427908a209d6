"""SIGKILL of the running server and worker at random moments: every case is as before or as after."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection
from django_q.models import OrmQ
from django_q.tasks import async_task

from arraigo.eventlog.models import Event
from arraigo.retention.models import RetentionCase
from tests.cast import Cast
from tests.kill import invariants
from tests.kill.office import Office
from tests.kill.parts import SWEEPS, Part, parts, quiet, until

pytestmark = pytest.mark.django_db(transaction=True)
KILLS, PEOPLE = 20, 3
LONGEST = 0.6
"""Seconds that both are at work together before one is killed."""
RUNS = 4
"""Sweeps that wait for the worker in each round."""
DAYS = 4
"""Between two rounds: the controls fall due."""
CALM = 20
"""Rounds in which nobody is killed, at most: until what must have happened has happened."""
HELD_UP = (6, 14)
"""Rounds in which the server is killed within the last write of a step."""
HOLD = 2
"""Seconds for which PostgreSQL holds up that write; SQLite does until it is killed."""
SLOW = {
    "sqlite": [
        "CREATE TRIGGER slow BEFORE INSERT ON eventlog_event BEGIN SELECT count(*) FROM (WITH RECURSIVE c(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000000) SELECT x FROM c); END"
    ],
    "postgresql": [
        f"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep({HOLD}); RETURN NEW; END'",
        "CREATE TRIGGER slow BEFORE INSERT ON eventlog_event FOR EACH STATEMENT EXECUTE FUNCTION slow()",
    ],
}
FAST = {"sqlite": "DROP TRIGGER slow", "postgresql": "DROP FUNCTION slow CASCADE"}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    return tmp_path


@contextmanager
def at_work(office: Office, server: Part, luck: Random) -> Iterator[None]:
    """People at the counters, until the end of the block or of the server."""
    until(server.answers, "The server does not answer.")
    office.port, stop = server.port, threading.Event()
    shares = [office.customers[number::PEOPLE] for number in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as pool:
        begun = [pool.submit(office.work, share, luck.randrange(2**32), stop) for share in shares]
        try:
            yield
        finally:
            stop.set()
        for each in begun:
            each.result()


def worker_begins() -> None:
    """Give the worker something to do, and wait until it has taken it."""
    for _run in range(RUNS):
        async_task(SWEEPS)
    until(lambda: OrmQ.objects.count() < RUNS, "The worker takes nothing.")


@contextmanager
def slowed_down() -> Iterator[None]:
    """The last write of every step takes long: all others of its transaction are done by then."""
    with connection.cursor() as cursor:
        for statement in SLOW[connection.vendor]:
            cursor.execute(statement)
    yield
    quiet()
    with connection.cursor() as cursor:
        cursor.execute(FAST[connection.vendor])


def somebody_writes() -> bool:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            return bool(cursor.fetchone()[0])
    with sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None) as raw:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        raw.execute("ROLLBACK")
        return False


def killed_in_the_last_write(office: Office, server: Part, luck: Random) -> None:
    before = len(office.done)
    with slowed_down(), at_work(office, server, luck):
        until(somebody_writes, "Nobody writes.")
        time.sleep(0.3)  # in SQLite nothing tells that the slow write has been reached
        server.kill()
    assert len(office.done) == before


def killed_at_some_moment(office: Office, server: Part, victim: Part, luck: Random) -> None:
    with at_work(office, server, luck):
        worker_begins()
        time.sleep(luck.uniform(0, LONGEST))
        victim.kill()
    if victim is not server:
        OrmQ.objects.all().delete()
    quiet()


def both_have_worked() -> bool:
    """Whether the worker has woken a case, and the people have carried one to its end."""
    outcomes = set(RetentionCase.objects.values_list("outcome", flat=True))
    return outcomes >= {"running", "termination"} and Event.objects.filter(kind="case.woken").exists()


def test_whoever_is_killed_leaves_every_case_as_before_or_as_after(folder: Path) -> None:
    luck = Random(2026)
    with parts(folder) as started:
        server, worker = started.server(), started.worker()
        office = Office(Cast())
        for kill in range(KILLS):
            office.days_go_by(DAYS, luck)
            victim = (server, worker)[kill % 2]
            if kill in HELD_UP:
                killed_in_the_last_write(office, server, luck)
            else:
                killed_at_some_moment(office, server, victim, luck)
            # The next one starts while the books are read.
            server, worker = (started.server(), worker) if victim is server else (server, started.worker())
            invariants.reconcile(office.done, unsaid=PEOPLE * (kill // 2 + 1))
        for _calm in range(CALM):
            if both_have_worked():
                break
            office.days_go_by(DAYS, luck)
            with at_work(office, server, luck):
                worker_begins()
                time.sleep(LONGEST)
            quiet()
        assert both_have_worked()
