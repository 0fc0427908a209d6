"""Imports that the worker carries out: uploaded by an administrator, or found in the folder."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from arraigo import clock
from arraigo.imports import actions, guess
from arraigo.imports.errors import AtWork
from arraigo.imports.kinds import kind_of
from arraigo.imports.mapping import ColumnMapping, checked, load
from arraigo.imports.models import ImportRun
from arraigo.people.models import User
from arraigo.records import RuleBroken

State = ImportRun.State
SILENT = dt.timedelta(minutes=10)
"""Without a beat for so long, whoever worked on a run is dead."""
LONGEST = 24 * 3600
"""Seconds that a job may take."""


BEYOND_COLUMNS = ("sheet", "monthly_charge", "terminated_when", "products")
"""What a ready mapping may say that the page does not ask for: it stays as it is."""


def upload(file: Any, kind_name: str, *, actor: User | None) -> ImportRun:
    """Keep an uploaded file (Django's UploadedFile), with a mapping to begin with.

    Raises ImportRefused where it cannot be read.
    """
    uploads = Path(settings.DATA_DIR) / "imports" / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=uploads))
    path = folder / Path(file.name or "file").name
    try:
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        guessed = guess.guess(path, kind_name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return ImportRun.objects.create(
        kind=guessed.mapping.kind, source=guessed.mapping.source, file_name=path.name[-200:], stored=str(path),
        mapping=guessed.mapping.model_dump(mode="json", exclude_defaults=True), state=State.DRAFT, by=actor,
        started_at=clock.now(),
    )  # fmt: skip


def mapping_of(run: ImportRun) -> ColumnMapping:
    """The mapping that a run has now. Raises MappingInvalid."""
    return checked(run.mapping, Path(run.file_name), run.kind, kind_of(run.kind).fields)


def set_mapping(run: ImportRun, told: Mapping[str, Any], *, create_missing: bool) -> ImportRun:
    """Change the mapping of an import that is still being prepared. Raises MappingInvalid, AtWork."""
    beyond = {name: run.mapping[name] for name in BEYOND_COLUMNS if name in run.mapping}
    mapped = checked({**beyond, **told}, Path(run.file_name), run.kind, kind_of(run.kind).fields)
    fields = {
        "mapping": mapped.model_dump(mode="json", exclude_defaults=True), "source": mapped.source,
        "create_missing": create_missing, "trial": {}, "problem": "", "state": State.DRAFT,
    }  # fmt: skip
    if not ImportRun.objects.filter(pk=run.pk, state__in=[State.DRAFT, State.FAILED]).update(**fields):
        raise AtWork
    return ImportRun.objects.get(pk=run.pk)


@transaction.atomic
def start(run: ImportRun | int, *, dry_run: bool) -> None:
    """Hand a prepared import to the worker. Raises AtWork."""
    key = run if isinstance(run, int) else run.pk
    waiting = {"state": State.WAITING, "beat_at": clock.now(), "problem": "", "lines_done": 0}
    if not ImportRun.objects.filter(pk=key, state__in=[State.DRAFT, State.FAILED]).update(**waiting):
        raise AtWork
    _hand_over(key, dry_run)


def _hand_over(key: int, dry_run: bool) -> None:
    async_task("arraigo.imports.jobs.carry_out", key, dry_run, q_options={"timeout": LONGEST})


def carry_out(key: int, dry_run: bool) -> None:
    """Carry out a waiting import, or one whose worker died. Told twice, it is carried out once."""
    now = clock.now()
    at_work = {"state": State.TRYING if dry_run else State.RUNNING, "beat_at": now}
    mine = Q(state=State.WAITING) | Q(state__in=[State.TRYING, State.RUNNING], beat_at__lt=now - SILENT)
    if not ImportRun.objects.filter(mine, pk=key).update(**at_work):
        return
    run = ImportRun.objects.select_related("by").get(pk=key)
    try:
        tally, rejects = actions.bring(run, Path(run.stored), mapping_of(run), dry_run=dry_run)
    except RuleBroken as refusal:
        _stopped(key, str(refusal), State.DRAFT if dry_run else State.FAILED)
    except BaseException as error:
        # A later sweep takes a run up again that died; one that fails by itself would fail again.
        _stopped(key, _crash(error), State.FAILED)
        run.refresh_from_db()
        settled(run)
        raise
    else:
        if dry_run:
            trial = {**tally.counts(), "rejects_file": str(rejects or "")}
            ImportRun.objects.filter(pk=key).update(trial=trial, state=State.DRAFT)
    run.refresh_from_db()
    settled(run)


def _crash(error: BaseException) -> str:
    return _("The program itself failed (%(error)s): whole batches of rows may have been brought in. Start the import "
             "again; if it fails again, send the file's name and this sentence to those who run the system.") % {
        "error": type(error).__name__,
    }  # fmt: skip


def _stopped(key: int, problem: str, state: str) -> None:
    ImportRun.objects.filter(pk=key).update(problem=problem, state=state)


def resume_imports() -> int:
    """Hand runs to the worker again whose process died; how many. A sweep."""
    now = clock.now()
    silent = ImportRun.objects.filter(state__in=ImportRun.AT_WORK, beat_at__lt=now - SILENT).exclude(stored="")
    resumed = 0
    for key, state in list(silent.values_list("pk", "state")):
        if ImportRun.objects.filter(pk=key, state=state, beat_at__lt=now - SILENT).update(
            state=State.WAITING, beat_at=now
        ):
            _hand_over(key, state == State.TRYING)
            resumed += 1
    _give_up(now)
    return resumed


def _give_up(now: dt.datetime) -> None:
    """Say of imports of the command line whose process died that they stopped: only a person can start them again."""
    never_heard_of = Q(beat_at=None, started_at__lt=now - dt.timedelta(seconds=LONGEST))
    dead = ImportRun.objects.filter(Q(beat_at__lt=now - SILENT) | never_heard_of, state=State.RUNNING, stored="")
    dead.update(
        state=State.FAILED,
        problem=_("Its process ended before the file's end: bring the file in again. What has landed stays as it is."),
    )


# --- the folder ------------------------------------------------------------------------------------

TAKEN, DONE, FAILED = "taken", "done", "failed"
MAPPING = "mapping.toml"
QUIET = dt.timedelta(seconds=30)
"""A file that was written to more recently may not be whole."""


def pick_up() -> int:
    """Take the files that lie in the folder of their kind; how many. A sweep; any number of workers may run it.

    A file moves to `taken`, and from there to `done` or, with the sentence beside it, to `failed`.
    """
    if settings.IMPORT_FOLDER is None:
        return 0
    taken = 0
    for folder in sorted(path for path in settings.IMPORT_FOLDER.glob("*") if path.is_dir()):
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.name != MAPPING and not path.name.startswith(".") and _is_quiet(path):
                taken += _take(folder, path)
    return taken


def _is_quiet(path: Path) -> bool:
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return clock.now() - written > QUIET


def _take(folder: Path, path: Path) -> bool:
    target = folder / TAKEN / f"{clock.local(clock.now()):%Y%m%d-%H%M%S}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    try:
        path.rename(target)
    except FileNotFoundError:
        return False  # another worker was first
    told = folder / MAPPING
    run = ImportRun(kind=folder.name[:20], file_name=path.name[-200:], stored=str(target), started_at=clock.now())
    try:
        kind = kind_of(folder.name)
        _note(run, load("", kind.name, kind.fields))
        if told.is_file():
            _note(run, load(str(told), kind.name, kind.fields))
    except RuleBroken as refusal:
        run.state, run.problem = State.FAILED, str(refusal)
        run.save()
        settled(run)
        return True
    run.state, run.beat_at = State.WAITING, clock.now()
    run.save()
    _hand_over(run.pk, False)
    return True


def _note(run: ImportRun, mapped: ColumnMapping) -> None:
    run.kind, run.source = mapped.kind, mapped.source
    run.mapping = mapped.model_dump(mode="json", exclude_defaults=True)


def settled(run: ImportRun) -> None:
    """Move a file of the folder to where its import's end is seen."""
    path = Path(run.stored)
    if path.parent.name != TAKEN or not path.exists() or run.state not in (State.DONE, State.FAILED):
        return
    target = path.parent.parent / (DONE if run.state == State.DONE else FAILED) / path.name
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    if run.problem:
        target.with_name(f"{target.name}.txt").write_text(f"{run.problem}\n", encoding="utf-8")
    ImportRun.objects.filter(pk=run.pk).update(stored=str(target))
