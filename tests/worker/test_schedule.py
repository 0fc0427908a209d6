"""The worker runs the sweeps by itself: a real cluster on a database of its own."""

import multiprocessing
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django_q.conf import Conf
from django_q.models import Schedule

from arraigo.retention import schedule
from arraigo.retention.management.commands.worker import Sentinel

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds until the worker must have run the sweeps once more."""


@pytest.mark.django_db
def test_the_sweeps_are_scheduled_once() -> None:
    schedule.ensure()
    schedule.ensure()
    row = Schedule.objects.get(name=schedule.SWEEPS)
    assert (row.func, row.minutes, row.repeats) == ("arraigo.retention.sweeps.run_all", 1, -1)


@contextmanager
def started(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A worker on a database of its own."""
    database = folder / "worker.sqlite3"
    environment = {
        **os.environ,
        "ARRAIGO_DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
    }
    command = [sys.executable, str(ROOT / "manage.py")]
    with sqlite3.connect(database) as own, sqlite3.connect(connection.settings_dict["NAME"]) as made:
        made.backup(own)
    subprocess.run([*command, "prepare"], env=environment, check=True)
    worker = subprocess.Popen(
        [*command, "worker"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield worker, database
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(10)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_a_worker_carries_them_out_and_goes_on_where_its_processes_are_killed(tmp_path: Path) -> None:
    """Each of them waits for a queue then, and holds its lock."""
    with started(tmp_path) as (worker, database):
        done = _successes(database)
        assert done >= 1
        (sentinel,) = _children(worker.pid)
        for child in _children(sentinel):
            os.kill(child, signal.SIGKILL)
        with sqlite3.connect(database, timeout=10) as raw:
            raw.execute("UPDATE django_q_schedule SET next_run = datetime('now', '-1 minute')")
        assert _successes(database, beyond=done) > done


@pytest.mark.django_db
def test_a_worker_that_begins_anew_takes_up_no_more_at_once_than_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it took up and cannot begin for long would be taken up by another one, too."""
    monkeypatch.setattr(signal, "signal", lambda *asked: None)
    monkeypatch.setattr(Sentinel, "spawn_cluster", lambda sentinel: None)
    sentinel = Sentinel(multiprocessing.Event(), multiprocessing.Event(), uuid.uuid4(), start=False)
    asleep = [multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,)) for _each in range(3)]
    for process in asleep:
        process.start()
    sentinel.pool, sentinel.monitor, sentinel.pusher = asleep[:1], *asleep[1:]
    asleep[1].kill()
    asleep[1].join()
    sentinel.reincarnate(asleep[1])
    assert [process.is_alive() for process in asleep] == [False] * 3
    for _each in range(Conf.QUEUE_LIMIT):
        sentinel.task_queue.put_nowait({})
    with pytest.raises(queue.Full):
        sentinel.task_queue.put_nowait({})
    sentinel.task_queue.cancel_join_thread()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _successes(database: Path, beyond: int = 0) -> int:
    """How many runs of the sweeps ended well; waits for more than `beyond`, at most PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    query = "SELECT count(*) FROM django_q_task WHERE func = 'arraigo.retention.sweeps.run_all' AND success"
    count = 0
    while count <= beyond and time.monotonic() < until:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as raw:
            count = raw.execute(query).fetchone()[0]
        time.sleep(0.5)
    return count
