"""SIGKILL at random moments of a running desk or worker: every case is as before or as after."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.retention.models import RetentionCase
from tests.cast import NOW, Cast
from tests.kill import invariants
from tests.kill.office import Desk, Worker

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
KILLS, HOUSEHOLDS = 20, 16
BEFORE = 240
"""Moves before the first kill."""
SHORTEST, LONGEST = 0.05, 0.6
"""Seconds that a process lives before it is killed."""
PATIENCE = 60
"""Seconds within which a process that was not killed must do what it was told."""


def database_url() -> str:
    """The tests' database, for another process."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    access = f"{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
    return f"postgres://{access}/{given['NAME']}"


class Mother:
    """Forks desks and workers on the tests' database."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "No answer."
        return self.process.stdout.readline().strip()

    def ask(self, word: str, number: int) -> int:
        assert self.process.stdin
        self.process.stdin.write(f"{word} {number}\n")
        self.process.stdin.flush()
        return int(self._answer())


@contextmanager
def mother(folder: Path) -> Iterator[Mother]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
        "ARRAIGO_DATA_DIR": str(folder),
        "ARRAIGO_CHECKPOINT_FILE": str(folder / "checkpoints.jsonl"),
    }
    command = [sys.executable, "-m", "tests.kill.mother", str(folder / "notes")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield Mother(process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    return tmp_path


@pytest.fixture
def households(folder: Path) -> None:
    """Households some of whose cases are under way, done by processes that nobody killed."""
    with clock.at(NOW):
        cast = Cast()
        for number in range(HOUSEHOLDS):
            cast.household(f"{900000 + number}")
    desk, worker = Desk(1, folder / "notes"), Worker(1, folder / "notes")
    for _ in range(BEFORE // 3):
        desk.move()
        desk.move()
        worker.move()


def alone() -> None:
    """Wait until the database has let go of whoever was killed."""
    until = time.monotonic() + PATIENCE
    while connection.vendor == "postgresql" and _others():
        assert time.monotonic() < until, "The database holds on to who was killed."


def _others() -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("households")
def test_whoever_is_killed_leaves_every_case_as_before_or_as_after(folder: Path) -> None:
    luck = Random(2026)
    with mother(folder) as office:
        for kill in range(1, KILLS + 1):
            running = {role: office.ask(role, luck.randrange(2**32)) for role in ("desk", "worker")}
            victim = ("desk", "worker")[kill % 2]
            # Nothing may end by itself while it is waited for: that is what the timeout looks for.
            assert not select.select([office.process.stdout], [], [], luck.uniform(SHORTEST, LONGEST))[0]
            os.kill(running[victim], signal.SIGKILL)
            assert office.ask("reap", running.pop(victim)) == -signal.SIGKILL
            (survivor,) = running.values()
            os.kill(survivor, signal.SIGTERM)
            assert office.ask("reap", survivor) == 0
            alone()
            invariants.reconcile(folder / "notes", kill)
    assert Event.objects.filter(kind="case.woken").exists()
    assert set(RetentionCase.objects.values_list("outcome", flat=True)) >= {"running", "termination"}
