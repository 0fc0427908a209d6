"""Definitions and runs for the engine's tests."""

import datetime as dt
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from arraigo import clock
from arraigo.engine import actions, program
from arraigo.engine.models import Definition, Instance, WorkItem
from arraigo.procedure import policy
from arraigo.procedure.actions import ProcedureFiles, read

_next = count(1)
SMALL = Path(__file__).parent / "small"
SMALL_STEPS = {"measure", "approve", "do_it", "check", "signed"}
NOON = dt.datetime(2026, 3, 10, 16, tzinfo=dt.UTC)
"""Tuesday 10 March 2026, noon in Cochabamba."""


def small() -> ProcedureFiles:
    return read(SMALL)


def real() -> ProcedureFiles:
    return read(settings.PROCEDURES_DIR / "OPE-ASE-FID-P01")


def program_from(files: ProcedureFiles) -> program.Program:
    return program.build(files.bpmn, files.decisions, policy.plain(files.policy))


def definition(files: ProcedureFiles | None = None) -> Definition:
    files = files or small()
    found = Definition.objects.filter(sha256=files.sha256).first()
    return found or Definition.objects.create(
        code=files.document["code"],
        number=1,
        sha256=files.sha256,
        bpmn=files.bpmn,
        decisions=files.decisions,
        policy=policy.plain(files.policy),
        published_at=NOON,
    )


@transaction.atomic
def started(**facts: Any) -> Instance:
    """A run of the small procedure, at `measure`."""
    given = {"check_at": (NOON + dt.timedelta(days=2)).isoformat(), **facts}
    return actions.start(definition(), key=f"RUN-{next(_next)}", facts=given, at=clock.now()).instance


def item(instance: Instance, element: str) -> WorkItem:
    """The open work item at `element`."""
    return WorkItem.objects.get(instance=instance, element=element, status=WorkItem.Status.OPEN)


@transaction.atomic
def did(instance: Instance, element: str, actor: Any, **facts: Any) -> actions.Advance:
    """Complete the open work item at `element`."""
    return actions.complete(item(instance, element).pk, actor=actor, facts=facts, outcome="done")


def standing(instance: Instance) -> list[str]:
    """The elements at which a run has open items and waits."""
    items = instance.work_items.filter(status=WorkItem.Status.OPEN).values_list("element", flat=True)
    waits = instance.waits.filter(ended_at=None).values_list("element", flat=True)
    return sorted([*items, *waits])


def small_steps() -> set[str]:
    """The step registry of the small procedure."""
    return SMALL_STEPS
