"""The worker runs the sweeps by itself: a real cluster on a database of its own."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from django_q.models import Schedule

from arraigo.retention import schedule

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds until the cluster must have run the sweeps once."""


@pytest.mark.django_db
def test_the_sweeps_are_scheduled_once() -> None:
    schedule.ensure()
    schedule.ensure()
    row = Schedule.objects.get(name=schedule.SWEEPS)
    assert (row.func, row.minutes, row.repeats) == ("arraigo.retention.sweeps.run_all", 1, -1)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_a_worker_process_carries_them_out(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ARRAIGO_DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'worker.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
    }
    command = [sys.executable, str(ROOT / "manage.py")]
    with sqlite3.connect(tmp_path / "worker.sqlite3") as own, sqlite3.connect(connection.settings_dict["NAME"]) as made:
        made.backup(own)
    subprocess.run([*command, "prepare"], env=environment, check=True)
    worker = subprocess.Popen(
        [*command, "qcluster"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert _successes(tmp_path / "worker.sqlite3") >= 1
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(10)


def _successes(database: Path) -> int:
    """How many runs of the sweeps ended well; waits until there is one, at most PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    query = "SELECT count(*) FROM django_q_task WHERE func = 'arraigo.retention.sweeps.run_all' AND success"
    while time.monotonic() < until:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as raw:
            count: int = raw.execute(query).fetchone()[0]
        if count:
            return count
        time.sleep(0.5)
    return 0
