"""SIGKILL of the real server in the middle of a request, and of the real cluster in the middle of a delivery."""

import datetime as dt
import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_q.tasks import async_task

from arraigo.billing.models import Adjustment, BillingClaim, Credit
from arraigo.bss.models import Command
from arraigo.engine.models import WorkItem
from arraigo.eventlog import seal, verify
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.workdays import actions as workdays
from tests.bss import other_side
from tests.bss.other_side import OtherSide, apply_once
from tests.cast import Cast, Household, Walk
from tests.kill.test_kill import ROOT, alone, database_url
from tests.messages.servers import free_port
from tools.serve import server_command

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60
SWEEPS = "arraigo.retention.sweeps.run_all"
"""What the cluster is given to do; its own schedule asks for the same every minute."""
HOLD = 2
"""Seconds for which PostgreSQL holds up the last write of a step; SQLite does until it is killed."""
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


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    settings.COMMERCIAL_SYSTEM = "tests.kill.over_there.OverThere"
    return tmp_path


@pytest.fixture
def side() -> Iterator[OtherSide]:
    with other_side.running() as side:
        yield side


@pytest.fixture
def walk(folder: Path) -> Walk:
    """A case before its billing claim."""
    home: Household = Cast().household()
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03")


@contextmanager
def process(command: list[str], folder: Path, side: OtherSide, settings: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A part of `./run` on the tests' database, killed at the end with whatever it started."""
    environment = {
        **os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "arraigo.settings",
        "ARRAIGO_DATA_DIR": str(folder), "ARRAIGO_CHECKPOINT_FILE": str(folder / "checkpoints.jsonl"),
        "ARRAIGO_SECRET_KEY": settings.SECRET_KEY, "ARRAIGO_COMMERCIAL_SYSTEM": settings.COMMERCIAL_SYSTEM,
        "OVER_THERE": str(side.port),
    }  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        try:
            yield running
        finally:
            os.killpg(running.pid, signal.SIGKILL)


class Browser:
    """Somebody who is signed in, at a server on `port`."""

    def __init__(self, walk: Walk, port: int) -> None:
        client = Client()
        client.force_login(walk.cast[Role.ADVISOR])
        self.port, token = port, "x" * 32
        cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
        self.headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}

    def ask(self, verb: str, path: str, data: dict[str, Any] | None = None) -> int:
        """The status of the answer; 0 where none came."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            asked.request(verb, path, urlencode(data or {}), self.headers)
            return asked.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            asked.close()


@contextmanager
def server(walk: Walk, folder: Path, side: OtherSide, settings: Any) -> Iterator[tuple[Browser, Any]]:
    port = free_port()
    with process(server_command(port), folder, side, settings) as running:
        browser = Browser(walk, port)
        until(lambda: browser.ask("GET", reverse("login")) != 0, "The server does not answer.")
        yield browser, running


@contextmanager
def slowed_down() -> Iterator[None]:
    """The last write of a step takes long: all others of its transaction are done by then."""
    with connection.cursor() as cursor:
        for statement in SLOW[connection.vendor]:
            cursor.execute(statement)
    yield
    alone()
    until(lambda: not in_transaction(), "The database holds on to who was killed.")
    with connection.cursor() as cursor:
        cursor.execute(FAST[connection.vendor])


def in_transaction() -> bool:
    """Whether another process is writing."""
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


def records(walk: Walk) -> dict[str, Any]:
    """What step 4 leaves, and where the case stands."""
    made = {model.__name__: model._default_manager.count() for model in (BillingClaim, Adjustment, Credit, Command)}
    events = Event.objects.filter(case_number=walk.case.number, data__element="step_04").count()
    return {**made, "events": events, "open": walk.open}


BEFORE = {"BillingClaim": 0, "Adjustment": 0, "Credit": 0, "Command": 0, "events": 0, "open": ["step_04"]}
AFTER = {"BillingClaim": 1, "Adjustment": 1, "Credit": 1, "Command": 1, "events": 1, "open": ["step_05"]}


def test_server_and_cluster_are_killed_and_nothing_is_doubled_or_half(
    walk: Walk, folder: Path, side: OtherSide, settings: Any
) -> None:
    item: WorkItem = walk.item("step_04")
    path, sent = reverse("step", args=[walk.case.number, item.pk]), walk.usual("step_04")
    answers: list[int] = []
    with server(walk, folder, side, settings) as (browser, running), slowed_down():
        request = threading.Thread(target=lambda: answers.append(browser.ask("POST", path, sent)))
        request.start()
        until(in_transaction, "The request does not write.")
        time.sleep(0.5)  # in SQLite nothing tells that the slow write has been reached
        os.killpg(running.pid, signal.SIGKILL)
        request.join()
    assert answers == [0]
    assert records(walk) == BEFORE
    with server(walk, folder, side, settings) as (browser, running):
        assert [browser.ask("POST", path, sent) for _ in range(2)] == [302, 409]
        assert records(walk) == AFTER
        assert (
            browser.ask(
                "POST", reverse("step", args=[walk.case.number, walk.item("step_05").pk]), walk.usual("step_05")
            )
            == 302
        )
    the_cluster_delivers_once(folder, side, settings)
    seal.seal()
    assert (verify.verify().broken, verify.verify().unsealed) == (None, 0)


def the_cluster_delivers_once(folder: Path, side: OtherSide, settings: Any) -> None:
    """It is killed between the order that has left and its answer, and goes on after the claim has run out."""
    never, command = threading.Event(), [sys.executable, str(ROOT / "manage.py"), "qcluster"]

    def apply_and_wait(side: OtherSide, told: dict[str, Any]) -> None:
        apply_once(side, told)
        never.wait(PATIENCE)

    side.reply = apply_and_wait
    async_task(SWEEPS)
    with process(command, folder, side, settings) as running:
        until(lambda: bool(side.applied), "The worker sends nothing.")
        os.killpg(running.pid, signal.SIGKILL)
    side.reply = apply_once
    never.set()
    keys = list(Command.objects.order_by("id").values_list("idempotency_key", flat=True))
    assert (side.applied, len(keys)) == (keys[:1], 3)
    alone()
    workdays.advance_clock(dt.timedelta(minutes=6))
    async_task(SWEEPS)
    with process(command, folder, side, settings):
        until(lambda: not Command.objects.exclude(status="delivered").exists(), "Not all is delivered.")
        told = Event.objects.filter(kind="command.delivered")
        until(lambda: told.count() == len(keys), "Not all deliveries are told.")
    assert side.applied == keys
    assert side.received == [keys[0], *keys]
