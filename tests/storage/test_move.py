"""From SQLite to PostgreSQL: everything arrives, the log is whole, and numbers go on where they were."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from arraigo.eventlog import seal
from arraigo.retention.models import RetentionCase
from arraigo.storage.errors import NoTarget, NotEmpty
from arraigo.storage.inventory import inventory
from arraigo.storage.moving import move_to
from tests.cast import Cast, Walk, moment
from tests.postgres import binaries, throwaway

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database,
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL is missing"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with throwaway() as found:
        yield found


def test_everything_arrives_and_goes_on(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("moves from SQLite")
    monkeypatch.setattr(settings, "CHECKPOINT_FILE", tmp_path / "eventlog-checkpoints.jsonl")
    with moment():
        cast = Cast()
        home = cast.household("1")
        home.repeated_faults()
        walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
        seal.seal()
    moved = manage("move-to", url, database=f"sqlite:///{connection.settings_dict['NAME']}", folder=tmp_path)
    assert moved.returncode == 0, moved.stderr
    assert f"{sum(inventory().counts.values())} rows moved" in moved.stdout
    assert "customers_customer 1" in moved.stderr
    with psycopg.connect(url) as server:
        last = server.execute("SELECT max(id) FROM engine_workitem").fetchone()
        following = server.execute("SELECT nextval(pg_get_serial_sequence('engine_workitem', 'id'))").fetchone()
        number = server.execute("SELECT number FROM retention_retentioncase").fetchone()
        indexes = server.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'billing_bill'").fetchone()
    assert last is not None
    assert following is not None
    assert following[0] == last[0] + 1
    assert number == (RetentionCase.objects.get().number,) == (walk.case.number,)
    assert indexes is not None
    assert indexes[0] >= 4
    proof = json.loads(manage("verify-log", "--json", database=url, folder=tmp_path).stdout)
    assert proof["broken"] is None
    assert proof["sealed"] > 5
    again = manage("move-to", url, database=f"sqlite:///{connection.settings_dict['NAME']}", folder=tmp_path)
    assert again.returncode
    with translation.override("en"):
        assert str(NotEmpty()) in again.stderr


def manage(*arguments: str, database: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ, "DATABASE_URL": database, "ARRAIGO_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
    }  # fmt: skip
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("bad", ["sqlite:////tmp/x", "nonsense"])
def test_where_nothing_can_go(bad: str) -> None:
    with pytest.raises(NoTarget):
        move_to(bad, say=lambda text: None)
