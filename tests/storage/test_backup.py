"""A backup restored into an empty place has every table's rows, counted from outside, and a log that proves itself;
one taken while others write holds each customer with its event. What is no whole backup is refused."""

import contextlib
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection
from django.utils import translation

from arraigo.customers import actions as customers
from arraigo.customers.models import Customer
from arraigo.eventlog import seal
from arraigo.imports import actions as imports
from arraigo.storage import archive, private
from arraigo.storage.errors import FileTaken, FromNewer, NoBackup, NoFile, NotEmpty, OtherDatabase
from tests.cast import Cast, Walk, moment

pytestmark = pytest.mark.django_db(transaction=True)
Select = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """A case on its way, its events sealed, with checkpoints of its own."""
    monkeypatch.setattr(settings, "CHECKPOINT_FILE", tmp_path / "checkpoints.jsonl")
    with moment():
        cast = Cast()
        home = cast.household("1")
        home.repeated_faults()
        Walk(home).go("step_01", "step_02", "step_03")
        seal.seal()
    return cast


class Elsewhere:
    """An empty database of the same kind, with a data folder of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.name = f"{name}_{os.getpid()}"
        self.url = f"sqlite:///{self.folder / 'arraigo.sqlite3'}"
        if connection.vendor == "postgresql":
            server = connection.settings_dict
            self.address = f"{server['USER']}@{server['HOST']}:{server['PORT']}"
            self._server(f'DROP DATABASE IF EXISTS "{self.name}"', f'CREATE DATABASE "{self.name}"')
            self.url = f"postgres://{self.address}/{self.name}"

    def _server(self, *statements: str) -> None:
        with psycopg.connect(f"postgres://{self.address}/postgres", autocommit=True) as server:
            for statement in statements:
                server.execute(statement)  # type: ignore[arg-type]

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers to its own driver: nothing of ours stands between."""
        if connection.vendor == "postgresql":
            with psycopg.connect(self.url) as server:
                return server.execute(sql).fetchall()  # type: ignore[arg-type]
        with contextlib.closing(sqlite3.connect(self.folder / "arraigo.sqlite3")) as file:
            return file.execute(sql).fetchall()

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ, "DATABASE_URL": self.url, "ARRAIGO_DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "arraigo.settings",
        }  # fmt: skip
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True)


def number_of_rows(select: Select) -> dict[str, int]:
    """Rows of each table that the database at the other end of `select` says it has."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if connection.vendor == "postgresql":
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {name: select(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in select(names)}  # noqa: S608


def here(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def changed(file: Path, change: Any) -> Path:
    """A copy of the backup with its manifest changed."""
    copy = file.with_name("changed.tar")
    folder = file.parent / "changed"
    with tarfile.open(file) as found:
        found.extraction_filter = getattr(tarfile, "data_filter", None)
        found.extractall(folder)  # noqa: S202 -- made here; older Pythons take no filter as an argument
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(copy, "w") as made:
        for member in folder.iterdir():
            made.add(member, member.name)
    return copy


def test_a_backup_comes_back_whole_in_an_empty_place(
    operator: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected = []
    for name in ("older.csv", "newer.csv"):
        file = tmp_path / name
        file.write_text("external_id,name\n1,\n")
        rejected.append(imports.import_file("customers", file)[1])
    assert rejected[1]
    monkeypatch.setattr(archive, "REJECTS_BYTES", rejected[1].stat().st_size)
    before = number_of_rows(here)
    manifest = archive.backup(tmp_path / "day.tar")
    place = Elsewhere(tmp_path, "elsewhere")
    restored = place.manage("restore", str(tmp_path / "day.tar"))
    assert restored.returncode == 0, restored.stderr
    assert number_of_rows(place.select) == before
    # The rejected rows of the history, as far as they fit, are where its page looks for them.
    assert {path.name: path.read_text() for path in (place.folder / "rejects").iterdir()} == {
        rejected[1].name: rejected[1].read_text()
    }
    assert place.select("SELECT rejects_file FROM imports_importrun ORDER BY id DESC")[0] == (rejected[1].name,)
    assert before["customers_customer"] == 1
    assert before["engine_workitem"] >= 3
    assert min(before[name] for name in ("tickets_troubleticket", "eventlog_event", "people_user")) > 1
    proof = json.loads(place.manage("verify-log", "--json").stdout)
    assert proof["broken"] is None
    assert proof["sealed"] == manifest["log"]["count"] > 5
    assert proof["head"] == manifest["log"]["head"]
    assert proof["checkpoints"] >= 1
    again = place.manage("restore", str(tmp_path / "day.tar"))
    assert again.returncode
    with translation.override("en"):
        assert str(NotEmpty()) in again.stderr


def test_it_is_taken_while_others_write(operator: Cast, tmp_path: Path) -> None:
    """Customers go on being entered; the copy is of one moment: each of its customers has its event, and no other."""
    last, before = Customer.objects.latest("pk").pk, Customer.objects.count()
    done, begun = threading.Event(), threading.Event()
    entered: list[int] = []

    def enter() -> None:
        with moment():
            while not done.is_set():
                entered.append(customers.add_customer(f"Ana {len(entered)}", actor=None).pk)
                begun.set()
        close_old_connections()
        connection.close()

    writer = threading.Thread(target=enter)
    writer.start()
    try:
        assert begun.wait(20)
        counts = archive.backup(tmp_path / "day.tar")["counts"]
        at_least = len(entered)
    finally:
        done.set()
        writer.join()
    place = Elsewhere(tmp_path, "busy")
    restored = place.manage("restore", str(tmp_path / "day.tar"))
    assert restored.returncode == 0, restored.stderr
    there = place.select(f"SELECT id FROM customers_customer WHERE id > {last} ORDER BY id")  # noqa: S608
    told = "SELECT subject_id FROM eventlog_event WHERE kind = 'customer.added'"
    assert there == place.select(f"{told} AND subject_id > {last} ORDER BY subject_id")
    assert 1 <= len(there) <= at_least + 1
    assert counts["customers_customer"] == len(there) + before
    proof = json.loads(place.manage("verify-log", "--json").stdout)
    assert proof["broken"] is None


def test_what_is_no_whole_backup_is_refused(operator: Cast, tmp_path: Path) -> None:
    file = tmp_path / "day.tar"
    archive.backup(file)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(file.read_bytes()[:-200_000])
    other = changed(file, lambda manifest: manifest["sha256"].update(database="0" * 64))
    for bad in (cut, other, settings.BASE_DIR / "manage.py"):
        with pytest.raises(NoBackup) as caught:
            archive.restore(bad)
        assert "\n" not in str(caught.value)
    with pytest.raises(NoFile):
        archive.restore(tmp_path / "missing.tar")
    with pytest.raises(FileTaken):
        archive.backup(file)
    with pytest.raises(CommandError):
        call_command("backup", str(file))
    assert Customer.objects.count() == 1


def test_backups_of_another_database_or_a_newer_version_are_refused(operator: Cast, tmp_path: Path) -> None:
    file = tmp_path / "day.tar"
    archive.backup(file)
    with pytest.raises(OtherDatabase):
        archive.restore(changed(file, lambda manifest: manifest.update(database="oracle")))
    with pytest.raises(FromNewer):
        archive.restore(changed(file, lambda manifest: manifest["migrations"].append("customers.0999_later")))
    with pytest.raises(NotEmpty):
        archive.restore(file)


def test_a_backup_is_opened_by_a_python_without_filters(
    operator: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12 has Python 3.11.2."""
    archive.backup(tmp_path / "day.tar")
    now = tarfile.TarFile.extractall
    monkeypatch.setattr(tarfile.TarFile, "extractall", lambda self, path: now(self, path))
    with pytest.raises(NotEmpty):
        archive.restore(tmp_path / "day.tar")


def test_nothing_of_a_file_is_unpacked_outside(operator: Cast, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "day.tar"
    archive.backup(file)
    with tarfile.open(file, "a") as made:
        made.add(__file__, "../../escaped")
    with pytest.raises(NotEmpty):
        archive.restore(file)
    assert [path.name for path in tmp_path.rglob("*escaped")] == []


def test_nothing_is_left_lying_about(operator: Cast, tmp_path: Path) -> None:
    archive.backup(tmp_path / "deep" / "day.tar")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["day.tar"]


def test_a_disk_without_room_is_one_sentence_and_leaves_nothing(operator: Cast, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(CommandError):
            call_command("backup", str(tmp_path / "deep" / "day.tar"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "deep").iterdir()) == []


def test_only_the_owner_reads_the_backup_the_data_folder_and_the_database(operator: Cast, tmp_path: Path) -> None:
    file = tmp_path / "day.tar"
    archive.backup(file)
    assert mode(file) == 0o600
    place, empty = Elsewhere(tmp_path, "restored"), Elsewhere(tmp_path, "new")
    assert place.manage("restore", str(file)).returncode == 0
    assert empty.manage("prepare").returncode == 0
    for each in (place, empty):
        assert mode(each.folder) == 0o700
        assert {mode(each.folder / name) for name in os.listdir(each.folder) if "sqlite3" in name} <= {0o600}


def test_a_folder_that_others_share_is_left_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    tmp_path.chmod(0o1777)
    private.close_to_others()
    assert mode(tmp_path) == 0o1777


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_where_nothing_lies_no_backup_is_made(tmp_path: Path) -> None:
    """As where a timed job was not told where the data are."""
    place = Elsewhere(tmp_path, "untouched")
    refused = place.manage("backup", str(tmp_path / "day.tar"))
    assert refused.returncode
    assert refused.stderr.startswith("CommandError: The database ")
    assert refused.stderr.count("\n") == 1
    assert "set DATABASE_URL and ARRAIGO_DATA_DIR" in refused.stderr
    assert not (tmp_path / "day.tar").exists()
