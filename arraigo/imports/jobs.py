"""Imports that the worker carries out: uploaded by an administrator, or found in the folder."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django_q.tasks import async_task

from arraigo import clock
from arraigo.gathered import gathered
from arraigo.imports import actions, guess, runs
from arraigo.imports.errors import AtWork
from arraigo.imports.kinds import kind_of
from arraigo.imports.mapping import ColumnMapping, checked, load
from arraigo.imports.models import ImportRun
from arraigo.imports.names import fitting, shown
from arraigo.people.models import User
from arraigo.records import RuleBroken

State = ImportRun.State
LONGEST = 24 * 3600
"""Seconds that a job may take."""


BEYOND_COLUMNS = ("sheet", "monthly_charge", "terminated_when", "products")
"""What a ready mapping may say that the page does not ask for, or not always: it stays as it is."""


def upload(file: Any, kind_name: str, *, actor: User | None) -> ImportRun:
    """Keep an uploaded file (Django's UploadedFile), with a mapping to begin with.

    Raises ImportRefused where it cannot be read.
    """
    uploads = Path(settings.DATA_DIR) / "imports" / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=uploads))
    path = folder / fitting(Path(file.name or "file").name)
    try:
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        guessed = guess.guess(path, kind_name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return ImportRun.objects.create(
        kind=guessed.mapping.kind, source=guessed.mapping.source, file_name=path.name, stored=str(path),
        mapping=guessed.mapping.model_dump(mode="json", exclude_defaults=True), state=State.DRAFT, by=actor,
        started_at=clock.now(), create_missing=guessed.mapping.create_missing,
    )  # fmt: skip


def mapping_of(run: ImportRun) -> ColumnMapping:
    """The mapping that a run has now. Raises MappingInvalid."""
    return checked(run.mapping, Path(run.file_name), run.kind, kind_of(run.kind).fields)


def set_mapping(run: ImportRun, told: Mapping[str, Any], *, create_missing: bool) -> ImportRun:
    """Change the mapping of an import that is still being prepared. Raises MappingInvalid, AtWork."""
    beyond = {name: run.mapping[name] for name in BEYOND_COLUMNS if name in run.mapping}
    told = {**beyond, **told, "create_missing": create_missing}
    mapped = checked(told, Path(run.file_name), run.kind, kind_of(run.kind).fields)
    fields = {
        "mapping": mapped.model_dump(mode="json", exclude_defaults=True), "source": mapped.source,
        "create_missing": create_missing, "trial": {}, "problem": "", "state": State.DRAFT,
    }  # fmt: skip
    if not ImportRun.objects.filter(pk=run.pk, state__in=[State.DRAFT, State.FAILED]).update(**fields):
        raise AtWork
    return ImportRun.objects.get(pk=run.pk)


def take_sheet(run: ImportRun, sheet: str, *, source: str, create_missing: bool) -> ImportRun:
    """Let the import take another sheet of its workbook, with a mapping to begin with. Raises ImportRefused."""
    guessed = guess.guess(Path(run.stored), run.kind, sheet=sheet).mapping
    # With its defaults: of the mapping of the other sheet nothing stays.
    told = guessed.model_dump(mode="json") | {"sheet": sheet, "source": source}
    return set_mapping(run, told, create_missing=create_missing)


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
    with runs.held(key) as mine:
        if mine and _taken(key, State.TRYING if dry_run else State.RUNNING):
            _carry_out(ImportRun.objects.select_related("by").get(pk=key), dry_run)


def _taken(key: int, state: str) -> bool:
    """Whether a run is to be worked on now, by this process: it is then in the `state`."""
    if runs.change(key, state, of=[State.WAITING]):
        return True
    silent = ImportRun.objects.filter(pk=key, beat_at__lt=clock.now() - runs.SILENT).exists()
    return silent and runs.change(key, state, of=[State.TRYING, State.RUNNING])


def _carry_out(run: ImportRun, dry_run: bool) -> None:
    try:
        tally, rejects = actions.bring(run, Path(run.stored), mapping_of(run), dry_run=dry_run)
    except RuleBroken as refusal:
        after = State.DRAFT if dry_run else State.FAILED
        runs.change(run.pk, after, of=[*ImportRun.AT_WORK], problem=str(refusal))
    except BaseException as error:
        # A later sweep takes a run up again that died; one that fails by itself would fail again.
        runs.stop(run.pk, runs.crashed(error))
        run.refresh_from_db()
        settled(run)
        raise
    else:
        if dry_run:
            trial = {**tally.counts(), "rejects_file": rejects.name if rejects else ""}
            ImportRun.objects.filter(pk=run.pk).update(trial=trial, state=State.DRAFT)
    run.refresh_from_db()
    settled(run)


def resume_imports() -> int:
    """Hand runs to the worker again whose process died; how many. A sweep.

    Of those of the command line it says that they stopped: only a person can start them again.
    """
    silent = Q(beat_at__lt=clock.now() - runs.SILENT)
    never_heard_of = Q(beat_at=None, started_at__lt=clock.now() - dt.timedelta(seconds=LONGEST), stored="")
    resumed = 0
    for run in ImportRun.objects.filter(silent | never_heard_of, state__in=ImportRun.AT_WORK):
        with runs.held(run.pk) as dead:
            if dead and run.stored:
                resumed += _resumed(run)
            elif dead:
                runs.stop(run.pk, runs.cut_off())
    return resumed


@transaction.atomic
def _resumed(run: ImportRun) -> bool:
    waits = runs.change(run.pk, State.WAITING, of=[run.state])
    if waits:
        _hand_over(run.pk, run.state == State.TRYING)
    return waits


# --- the folder ------------------------------------------------------------------------------------

TAKEN, DONE, FAILED = "taken", "done", "failed"
MAPPING = "mapping.toml"
QUIET = dt.timedelta(seconds=30)
"""A file that was written to more recently may not be whole."""


def pick_up() -> int:
    """Take the files that lie in the folder of their kind; how many. A sweep; any number of workers may run it.

    A file moves to `taken`, and from there to `done` or, with the sentence beside it, to `failed`. Raises
    ExceptionGroup at the end, where a folder could not be taken.
    """
    root, taken = settings.IMPORT_FOLDER, 0
    if root is None or not root.is_dir():
        return 0
    with runs.only_one(root) as mine, gathered("folders of imports that cannot be taken") as turn:
        for folder in sorted(root.iterdir()) if mine else ():
            with turn(shown(folder.name)):
                taken += _picked_up(folder) if folder.is_dir() else 0
    return taken


def _picked_up(folder: Path) -> int:
    taken = folder / TAKEN
    for path in [path for path in sorted(folder.iterdir()) if _is_ready(path)]:
        taken.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            path.rename(_place(taken, f"{clock.local(clock.now()):%Y%m%d-%H%M%S}-{fitting(path.name)}"))
    return _registered(folder, taken) if taken.exists() else 0


def _registered(folder: Path, taken: Path) -> int:
    """Make a run of each file that was taken and has none yet, however it came there; how many."""
    files = sorted(taken.iterdir())
    known = {run.stored: run for run in ImportRun.objects.filter(stored__startswith=f"{taken}/")}
    for run in known.values():
        settled(run)
    # A run that ended just now has moved its file away before it forgot the place.
    fresh = [path for path in files if str(path) not in known and path.exists()]
    for path in fresh:
        _register(folder, path)
    return len(fresh)


def _is_ready(path: Path) -> bool:
    return path.is_file() and path.name != MAPPING and not path.name.startswith(".") and _is_quiet(path)


def _is_quiet(path: Path) -> bool:
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return clock.now() - written > QUIET


def _place(folder: Path, name: str) -> Path:
    """A path in `folder` for a file called `name`, or a little otherwise where there is one already."""
    names = (f"{count}-{name}" if count else name for count in range(10_000))
    return next(path for each in names if not (path := folder / each).exists())


def _register(folder: Path, path: Path) -> None:
    told = folder / MAPPING
    run = ImportRun(
        kind=shown(folder.name)[:20], file_name=path.name, stored=str(path), started_at=clock.now(), beat_at=clock.now()
    )
    try:
        kind = kind_of(folder.name)
        _note(run, load("", kind.name, kind.fields))
        if told.is_file():
            _note(run, load(str(told), kind.name, kind.fields))
    except RuleBroken as refusal:
        run.state, run.problem = State.FAILED, str(refusal)
        run.save()
        settled(run)
        return
    run.state = State.WAITING
    with transaction.atomic():
        run.save()
        _hand_over(run.pk, False)


def _note(run: ImportRun, mapped: ColumnMapping) -> None:
    run.kind, run.source, run.create_missing = mapped.kind, mapped.source, mapped.create_missing
    run.mapping = mapped.model_dump(mode="json", exclude_defaults=True)


def settled(run: ImportRun) -> None:
    """Move a file of the folder to where its import's end is seen, the rows that were not taken beside it."""
    path = Path(run.stored)
    if path.parent.name != TAKEN or run.state not in (State.DONE, State.FAILED):
        return
    target = path.parent.parent / (DONE if run.state == State.DONE else FAILED) / path.name
    if path.exists():
        target.parent.mkdir(exist_ok=True)
        if run.problem:
            target.with_name(f"{target.name}.txt").write_text(f"{run.problem}\n", encoding="utf-8")
        if run.rejects:
            shutil.copy(run.rejects, target.with_name(f"{target.name}.rejects.csv"))
        path.rename(target)
    if target.exists():  # a process that died in between may have moved it already
        ImportRun.objects.filter(pk=run.pk).update(stored=str(target))
