"""A run from its beginning to its end: who works on it, and what the log is told where it stops or ends."""

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.eventlog import actions as eventlog
from arraigo.eventlog.models import Event
from arraigo.imports.models import ImportRun
from arraigo.out_of_service import is_out_of_service
from arraigo.records import RuleBroken

State = ImportRun.State
SILENT = dt.timedelta(minutes=10)
"""Without a beat for so long, whoever worked on a run is dead, unless it still holds it."""


@contextmanager
def held(key: int) -> Iterator[bool]:
    """Hold a run for this process alone; whether nobody else does. The system lets go of it when the process dies."""
    path = _hold(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    with only_one(path) as mine:
        try:
            yield mine
        finally:
            if mine:
                path.unlink(missing_ok=True)


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Lock the file or folder at `path`; whether no other process has it locked."""
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        free = False
    else:
        free = True
    try:
        yield free
    finally:
        os.close(opened)


def _hold(key: int) -> Path:
    return Path(settings.DATA_DIR) / "imports" / "running" / str(key)


def _may_be_dead(run: ImportRun) -> bool:
    """Whether who works on a run would hold it here, or has not been heard of for long."""
    return _hold(run.pk).exists() or (run.beat_at or run.started_at) < clock.now() - SILENT


@contextmanager
def begun(fresh: ImportRun) -> Iterator[ImportRun]:
    """The run for a file of the command line: `fresh`, or the one that brought the same file in and was cut off.

    It stops where the block fails; the error then carries a note of what has landed.
    """
    with ExitStack() as stack:
        found = _taken_up(fresh, stack) or _saved(fresh, stack)
        try:
            yield found
        except BaseException as error:
            try:
                stop(found.pk, _why(error))
                found.refresh_from_db()
            except DatabaseError:
                pass  # the next start, or the sweep, finds the run dead
            else:
                if found.has_landed:
                    error.add_note(_landed(found))
            raise


def _saved(fresh: ImportRun, stack: ExitStack) -> ImportRun:
    fresh.beat_at = clock.now()
    fresh.save()
    stack.enter_context(held(fresh.pk))
    return fresh


def _taken_up(fresh: ImportRun, stack: ExitStack) -> ImportRun | None:
    """The unfinished run of the command line over the same file with the same mapping, at work again and held."""
    same = {name: getattr(fresh, name) for name in ("kind", "source", "sha256", "create_missing", "stored")}
    for run in ImportRun.objects.filter(**same, state__in=[State.RUNNING, State.FAILED]).order_by("-pk"):
        left = run.mapping == fresh.mapping and (run.state == State.FAILED or _may_be_dead(run))
        if left and stack.enter_context(held(run.pk)) and change(run.pk, State.RUNNING, of=[run.state]):
            run.refresh_from_db()
            return run
    return None


@transaction.atomic
def change(key: int, state: str, *, of: list[str], problem: str = "") -> bool:
    """Bring a run that is in one of the states `of` into `state`; whether it was.

    What it has landed, and no event told yet, is told by one.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).filter(pk=key, state__in=of).first()
    if run is None:
        return False
    run.state, run.problem, run.beat_at = state, problem, clock.now()
    run.save(update_fields=["state", "problem", "beat_at"])
    _tell(run)
    return True


def stop(key: int, problem: str) -> bool:
    """End a run before the file's end, with the sentence that says why; whether it was at work."""
    return change(key, State.FAILED, of=[*ImportRun.AT_WORK], problem=problem)


def _tell(run: ImportRun) -> None:
    """One event on what has landed of a run that was cut off, where none told of it yet."""
    last = run.batches.order_by("-pk").values_list("pk", flat=True).first()
    told = interruptions(run)
    if last is not None and last != (told[-1]["last_batch"] if told else None):
        data = {"line": run.lines_landed, "lines": run.lines, "problem": run.problem, "last_batch": last}
        eventlog.record("import.stopped", run, actor=run.by, data=described(run) | data)


def interruptions(run: ImportRun) -> list[dict[str, Any]]:
    """What the log says of the times that a run was cut off, the first one first."""
    rows = Event.objects.filter(kind="import.stopped", subject_type="importrun", subject_id=run.pk)
    return list(rows.order_by("pk").values_list("data", flat=True))


def described(run: ImportRun) -> dict[str, Any]:
    """What an event says of a run: its file, and its counts."""
    return {
        "kind": run.kind, "source": run.source, "file": run.file_name, "sha256": run.sha256, **run.counts,
        "create_missing": run.create_missing,
    }  # fmt: skip


def _why(error: BaseException) -> str:
    if isinstance(error, RuleBroken):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return cut_off()
    return crashed(error)


def cut_off() -> str:
    return _("Its process ended before the file's end: bring the file in again. What has landed stays as it is.")


def crashed(error: BaseException) -> str:
    if is_out_of_service(error):
        return _("The database did not answer, or the disk is full: start the import again once there is room. What "
                 "has landed stays as it is.")  # fmt: skip
    return _("The program itself failed (%(error)s): whole batches of rows may have been brought in. Start the import "
             "again; if it fails again, send the file's name and this sentence to those who run the system.") % {
        "error": type(error).__name__,
    }  # fmt: skip


def _landed(run: ImportRun) -> str:
    return _("It stopped at line %(line)d of %(lines)d: %(new)d rows are new, %(changed)d changed something. Bring the "
             "file in again to go on from there, or undo the import on the page of imports.") % {
        "line": run.lines_landed, "lines": run.lines, "new": run.accepted, "changed": run.updated,
    }  # fmt: skip


@transaction.atomic
def finish(run: ImportRun, counts: dict[str, int], rejects: Path | None) -> None:
    """End a run at the file's end and record it: one event with the file's digest and counts."""
    run.refresh_from_db()
    run.ended_at, run.state, run.lines_done = clock.now(), State.DONE, run.lines
    run.rejects_file = rejects.name if rejects else ""
    for name, count in counts.items():
        setattr(run, name, count)
    run.save(update_fields=["ended_at", "state", "lines_done", "rejects_file", *counts])
    before = [
        {name: each[name] for name in ("accepted", "updated", "unchanged", "rejected", "line")}
        for each in interruptions(run)
    ]
    eventlog.record("file.imported", run, actor=run.by, data=described(run) | {"interrupted_before": before})
