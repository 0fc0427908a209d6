"""SIGKILL of the worker between an order that has left and its answer: it arrives all the same, and once."""

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from django_q.tasks import async_task

from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.workdays import actions as workdays
from tests.bss import other_side
from tests.bss.other_side import OtherSide, apply_once
from tests.cast import Cast, Walk
from tests.kill.parts import PATIENCE, SWEEPS, alone, parts, until

ADAPTER = "tests.kill.over_there.OverThere"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_sends_delivers_once(tmp_path: Path, settings: Any) -> None:
    settings.COMMERCIAL_SYSTEM, settings.CHECKPOINT_FILE = ADAPTER, tmp_path / "checkpoints.jsonl"
    never = threading.Event()

    def apply_and_wait(side: OtherSide, told: dict[str, Any]) -> None:
        apply_once(side, told)
        never.wait(PATIENCE)

    with other_side.running() as side:
        more = {"ARRAIGO_COMMERCIAL_SYSTEM": ADAPTER, "OVER_THERE": str(side.port)}
        with parts(tmp_path, **more) as started:
            home = Cast().household()
            home.repeated_faults()
            Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
            keys = list(Command.objects.order_by("id").values_list("idempotency_key", flat=True))
            side.reply = apply_and_wait
            async_task(SWEEPS)
            worker = started.worker()
            until(lambda: bool(side.applied), "The worker sends nothing.")
            worker.kill()
            side.reply = apply_once
            never.set()
            assert (side.applied, len(keys)) == (keys[:1], 3)
            alone()
            # Only then is the killed worker's claim over.
            workdays.advance_clock(dt.timedelta(minutes=6))
            async_task(SWEEPS)
            started.worker()
            delivered = Event.objects.filter(kind="command.delivered")
            until(lambda: delivered.count() == len(keys), "Not all deliveries are told.")
        assert not Command.objects.exclude(status="delivered").exists()
        assert side.applied == keys
        assert side.received == [keys[0], *keys]
