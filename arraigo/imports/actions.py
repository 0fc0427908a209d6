"""Bringing a file in, batch by batch: each batch lands whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from arraigo import clock
from arraigo.eventlog import actions as eventlog
from arraigo.imports import files, land_brought, land_customers, land_products, land_tickets, mapping
from arraigo.imports.errors import KindUnknown
from arraigo.imports.files import RawRow, Reject
from arraigo.imports.landing import Parsed, Setting, Tally
from arraigo.imports.models import ImportRun
from arraigo.imports.rows import ROWS, problems
from arraigo.people.models import User

BATCH = 500
LANDINGS: dict[str, Callable[[Sequence[Any], Setting], Tally]] = {
    "customers": land_customers.land,
    "products": land_products.land,
    "tickets": land_tickets.land,
}
Progress = Callable[[int, int], None]
"""Told after each batch: lines done, lines of the file."""


def import_file(
    kind: str,
    path: Path,
    *,
    mapping_name: str = "",
    create_missing: bool = False,
    dry_run: bool = False,
    actor: User | None = None,
    progress: Progress = lambda done, lines: None,
) -> tuple[Tally, Path | None]:
    """Bring `path` in as `kind`; what became of its rows, and the file of rejects where there are any.

    Each batch is one transaction; after an interruption the same file can be brought in again. With
    `dry_run` nothing is left but the file of rejects. Raises ImportRefused before anything is written.
    """
    if kind not in LANDINGS:
        raise KindUnknown(kind, LANDINGS)
    mapped = mapping.load(mapping_name, kind)
    survey = files.survey(path, mapped)
    with transaction.atomic() if dry_run else nullcontext():
        tally = _run(kind, path, survey, Setting(mapped, create_missing), actor, progress)
        if dry_run:
            transaction.set_rollback(True)
    return tally, _write_rejects(path, survey.sha256, tally)


def _run(
    kind: str, path: Path, survey: files.Survey, setting: Setting, actor: User | None, progress: Progress
) -> Tally:
    run = ImportRun.objects.create(
        kind=kind, source=setting.source, file_name=path.name, sha256=survey.sha256, started_at=clock.now(), by=actor
    )
    tally, seen = Tally(), dict[str, int]()
    for batch in _batches(files.rows(path, setting.mapping)):
        tally.add(_bring_in(run, kind, batch, setting, seen, tally))
        progress(batch[-1].line, survey.lines)
    _finish(run, tally, setting, actor)
    return tally


def _batches(rows: Iterator[RawRow]) -> Iterator[list[RawRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _bring_in(
    run: ImportRun, kind: str, batch: list[RawRow], setting: Setting, seen: dict[str, int], before: Tally
) -> Tally:
    """One batch in one transaction, with the run's counts; row by row where the database refuses it."""
    tally = Tally()
    good = _parse(kind, batch, setting, seen, tally)
    with transaction.atomic():
        try:
            with transaction.atomic():
                tally.add(LANDINGS[kind](good, setting))
        except DatabaseError:
            for each in good:
                tally.add(_alone(kind, each, setting))
        counts = {name: count + getattr(before, name) for name, count in tally.counts().items()}
        ImportRun.objects.filter(pk=run.pk).update(**counts)
    return tally


def _alone(kind: str, each: Parsed[Any], setting: Setting) -> Tally:
    try:
        with transaction.atomic():
            return LANDINGS[kind]([each], setting)
    except DatabaseError as error:
        reason = _("the database refuses it: %(error)s") % {"error": str(error).splitlines()[0]}
        return Tally(rejected=1, rejects=[Reject(each.raw.line, "", reason)])


def _parse(kind: str, batch: list[RawRow], setting: Setting, seen: dict[str, int], tally: Tally) -> list[Parsed[Any]]:
    """The rows that are good by themselves; the others are rejected with every reason."""
    good = []
    for raw in batch:
        reasons, row = _check(kind, raw, setting)
        first = seen.setdefault(row.external_id, raw.line) if row else raw.line
        if first != raw.line:
            reasons = [("external_id", _("stands in line %(line)d already") % {"line": first})]
        if row is None or reasons:
            tally.reject(raw.line, reasons)
        else:
            good.append(Parsed(raw, row))
    return good


def _check(kind: str, raw: RawRow, setting: Setting) -> tuple[list[tuple[str, str]], Any]:
    """What is wrong with a row, and the row where nothing is."""
    if raw.ragged:
        return [("", _("the row has more or fewer cells than the header"))], None
    reasons = land_brought.problem(raw.cells, setting.mapping.monthly_charge)
    if reasons:
        return reasons, None
    try:
        context = {"date_format": setting.mapping.date_format}
        return [], ROWS[kind].model_validate(setting.mapping.fields_of(raw.cells), context=context)
    except ValidationError as error:
        return problems(error), None


@transaction.atomic
def _finish(run: ImportRun, tally: Tally, setting: Setting, actor: User | None) -> None:
    """End the run and record it: one event with the file's digest and counts."""
    run.refresh_from_db()
    run.ended_at = clock.now()
    run.save(update_fields=["ended_at"])
    earlier = ImportRun.objects.filter(sha256=run.sha256, ended_at=None, pk__lt=run.pk).order_by("pk")
    interrupted = [
        {name: getattr(each, name) for name in ("id", "accepted", "updated", "unchanged", "rejected")}
        for each in earlier
    ]
    told = {
        "kind": run.kind, "source": run.source, "file": run.file_name, "sha256": run.sha256, **tally.counts(),
        "create_missing": setting.create_missing, "interrupted_before": interrupted,
    }  # fmt: skip
    eventlog.record("file.imported", run, actor=actor, data=told)


def _write_rejects(path: Path, sha256: str, tally: Tally) -> Path | None:
    if not tally.rejects:
        return None
    target = Path(settings.DATA_DIR) / "rejects" / f"{path.stem}.{sha256[:8]}.csv"
    files.write_rejects(target, tally.rejects)
    return target
