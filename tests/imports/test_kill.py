"""SIGKILL in the middle of a batch of an import: whole ones stay, the same file completes it, and it can be undone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from arraigo.billing.models import Bill, BillLine
from arraigo.customers.models import Customer
from arraigo.eventlog.models import Event
from arraigo.imports import actions, undo
from arraigo.imports.models import ImportRun
from tests.kill.parts import database_url

ROOT = Path(__file__).resolve().parents[2]
MONTHS = 12
BATCHES = 2
"""How many are committed when the process is killed."""
PATIENCE = 120
"""Seconds within which the process must have landed them."""
HANGING = f"""
import sys, time, django

django.setup()
from django.core.management import execute_from_command_line
from arraigo.imports import actions

note = actions.Work._note

def noted(work, tally, before, line):
    note(work, tally, before, line)
    if before.accepted == {BATCHES} * actions.BATCH:
        time.sleep({PATIENCE})

actions.Work._note = noted
execute_from_command_line(["manage.py", "import", *sys.argv[1:]])
"""
"""The command, which waits at the end of the next batch, before that is committed: however fast the machine is,
it has not come to the file's end when it is killed."""


def bills(path: Path) -> int:
    """A file of a year of bills; how many."""
    Customer.objects.bulk_create(
        Customer(number=f"C{n}", name=f"Cliente {n}", source="file", external_id=f"C{n}") for n in range(500)
    )
    lines = ["customer,month,issued_on,due_on,total"]
    for n in range(500):
        for month in range(MONTHS):
            day = f"{2024 + month // 12}-{month % 12 + 1:02}"
            lines.append(f"C{n},{day},{day}-03,{day}-25,200")
    path.write_text("\n".join(lines) + "\n")
    return len(lines) - 1


@pytest.mark.django_db(transaction=True)
def test_killed_while_it_runs_brought_in_again_and_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    path = tmp_path / "bills.csv"
    count = bills(path)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "arraigo.settings",
        "ARRAIGO_DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-c", HANGING, "bills", str(path)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + PATIENCE
        while Bill.objects.count() < BATCHES * actions.BATCH and time.monotonic() < end:
            time.sleep(0.02)
        process.kill()
    landed = Bill.objects.count()
    assert landed == BATCHES * actions.BATCH
    assert BillLine.objects.count() == landed
    assert ImportRun.objects.get().accepted == landed
    tally, _rejects = actions.import_file("bills", path)
    whole = {"accepted": count, "updated": 0, "unchanged": 0, "rejected": 0}
    run = ImportRun.objects.get()
    assert tally.counts() == run.counts == whole
    assert (run.state, run.lines_landed) == ("done", count + 1)
    assert Bill.objects.count() == BillLine.objects.count() == count
    assert Event.objects.get(kind="import.stopped").data["accepted"] == landed
    told = Event.objects.get(kind="file.imported").data
    assert [each["accepted"] for each in told["interrupted_before"]] == [landed]
    undo.undo(run, actor=None)
    assert not Bill.objects.exists()
    assert not BillLine.objects.exists()
    connection.close()
