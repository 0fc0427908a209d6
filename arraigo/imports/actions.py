"""Bringing a file in, batch by batch: each batch lands whole or not at all."""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.imports import mapping, runs, totals
from arraigo.imports.fates import KEPT, Earlier, as_json
from arraigo.imports.kinds import Kind, brought, kind_of
from arraigo.imports.landing import Parsed, Reason, Setting, Tally, number_claim
from arraigo.imports.ledger import Ledger, Ranges
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.models import ImportBatch, ImportRun
from arraigo.imports.names import fitting, rejects_place, shown
from arraigo.imports.reading import files
from arraigo.imports.reading.raw import Layout, RawRow, Reject
from arraigo.imports.reasons import problems
from arraigo.imports.seen import Seen
from arraigo.imports.tried import Tried
from arraigo.network.models import NetworkPoint
from arraigo.people.models import User

LOG = logging.getLogger(__name__)
BATCH = 1000
KEPT_REJECTS = 1000
"""Rejects that the answer carries; their file holds all of them."""
AWAITED, HOPS = "parent", len(NetworkPoint.ORDER) - 1
"""The field that may name what only a later row of the file brings, and how many such rows hang on one another."""
MOST_WAITING = 50_000
"""Rows that wait in memory for the file's end, to be tried again; more are rejected at once."""
Progress = Callable[[int, int], None]
"""Told after each batch: lines done, lines of the file."""


def import_file(
    kind_name: str,
    path: Path,
    *,
    mapping_name: str = "",
    create_missing: bool = False,
    dry_run: bool = False,
    actor: User | None = None,
    progress: Progress = lambda done, lines: None,
) -> tuple[Tally, Path | None]:
    """Bring `path` in as `kind_name`; what became of its rows, and the file of rejects where there are any.

    Each batch is one transaction; after an interruption the same file can be brought in again. With
    `dry_run` nothing is left but the file of rejects. Raises ImportRefused before anything is written.
    """
    kind = kind_of(kind_name)
    mapped = mapping.load(mapping_name, kind.name, kind.fields)
    run = ImportRun(
        kind=kind.name, source=mapped.source, file_name=shown(path.name), started_at=clock.now(), by=actor,
        mapping=mapped.model_dump(mode="json", exclude_defaults=True),
        create_missing=create_missing or mapped.create_missing,
    )  # fmt: skip
    with (
        _ready(path, kind, mapped) as (layout, run.sha256),
        nullcontext(run) if dry_run else runs.begun(run) as found,
    ):
        return _pass(found, path, layout, mapped, dry_run=dry_run, progress=progress)


def bring(
    run: ImportRun,
    path: Path,
    mapped: ColumnMapping,
    *,
    dry_run: bool = False,
    progress: Progress = lambda done, lines: None,
) -> tuple[Tally, Path | None]:
    """Carry out the saved `run`, which this process holds, over the file at `path`. Raises ImportRefused."""
    with _ready(path, kind_of(run.kind), mapped) as (layout, run.sha256):
        return _pass(run, path, layout, mapped, dry_run=dry_run, progress=progress)


@contextmanager
def _ready(path: Path, kind: Kind, mapped: ColumnMapping) -> Iterator[tuple[Layout, str]]:
    with files.opened(path, **mapped.layout) as (layout, sha256):
        files.check_headers(layout, mapped, kind.required)
        yield layout, sha256


def _pass(
    run: ImportRun, path: Path, layout: Layout, mapped: ColumnMapping, *, dry_run: bool, progress: Progress
) -> tuple[Tally, Path | None]:
    """Go through the file once, from its beginning: what an earlier pass has landed stays counted as it was."""
    kind = kind_of(run.kind)
    run.lines, run.lines_done = layout.lines, 0
    if run.pk:
        run.save(update_fields=["lines", "lines_done", "sha256"])
    rejects = files.Rejects(_rejects_of(path, run, dry_run))
    try:
        with Seen() as seen, Tried() as tried, _swept_lightly():
            work = Work(run, kind, mapped, seen, tried, rejects, dry_run, progress)
            tally = work.carry_out(layout, path)
    finally:
        rejects.close()
    written = rejects.path if rejects.written else None
    if not dry_run:
        runs.finish(run, tally.counts(), written)
    return tally, written


@contextmanager
def _swept_lightly() -> Iterator[None]:
    """Keep the collector from walking again and again through what was there before the block: code, for the most."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _rejects_of(path: Path, run: ImportRun, dry_run: bool) -> Path:
    """Where the rejects of a run go."""
    parts = (fitting(path.stem), run.sha256[:8], run.kind, run.pk, "dry-run" if dry_run else "")
    return rejects_place(f"{'.'.join(str(part) for part in parts if part)}.csv")


@dataclass
class Work:
    """One pass over the rows of a file."""

    run: ImportRun
    kind: Kind
    mapping: ColumnMapping
    seen: Seen
    tried: Tried
    rejects: files.Rejects
    dry_run: bool
    progress: Progress

    def __post_init__(self) -> None:
        self.earlier = Earlier(ImportRun() if self.dry_run else self.run)

    def carry_out(self, layout: Layout, path: Path) -> Tally:
        """Land every batch; the counts of all."""
        total, waiting = Tally(), list[RawRow]()
        for batch in batches(files.rows(layout, path)):
            self._count(self._bring_in(batch, total, batch[-1].line), batch, total, waiting)
            self.progress(batch[-1].line, layout.lines)
        for left in reversed(range(HOPS)):
            again, waiting = waiting, []
            for batch in batches(iter(again)):
                done = self._bring_in(batch, total, layout.lines)
                self._count(done, batch, total, waiting if left else None)
        return total

    def _count(self, done: Tally, batch: list[RawRow], total: Tally, waiting: list[RawRow] | None) -> None:
        """Add a batch to the `total`, but for the rows that are `waiting` for what later ones may bring."""
        lines = {reject.line for reject in done.rejects if reject.field == AWAITED}
        if waiting is not None and len(waiting) + len(lines) <= MOST_WAITING:
            waiting += [raw for raw in batch if raw.line in lines]
            done.rejected -= len(lines)
            done.rejects = [reject for reject in done.rejects if reject.line not in lines]
        done.rejects.sort(key=lambda reject: reject.line)
        self.rejects.write(done.rejects)
        done.fates.clear()
        total.add(done)
        del total.rejects[KEPT_REJECTS:]

    def _bring_in(self, batch: list[RawRow], before: Tally, line: int) -> Tally:
        """One batch in one transaction, with the run's counts and what is needed to undo it: `line` is reached then."""
        tally, ledger = Tally(), Ledger()
        good = self._parse(batch, tally)
        with transaction.atomic():
            if self.dry_run:
                self._land_again(good)
            for source, rows in _by_source(good, self.mapping.source):
                tally.add(self._land(source, rows, ledger))
            fates = as_json(tally.fates)
            if self.dry_run:
                self._remember(good, tally, ledger)
            self.earlier.recount(tally)
            if self.dry_run:
                transaction.set_rollback(True)
            else:
                self._keep(ledger, fates)
                self._note(tally, before, line)
        if self.dry_run and self.run.pk:
            ImportRun.objects.filter(pk=self.run.pk).update(lines_done=line, beat_at=clock.now())
        return tally

    def _land_again(self, good: list[Parsed[Any]]) -> None:
        """What earlier batches, which a dry run has taken back, left to these rows."""
        before = self.tried.of(good)
        for begin in range(0, len(before), BATCH):
            for source, rows in _by_source(before[begin : begin + BATCH], self.mapping.source):
                self._land(source, rows, Ledger())

    def _remember(self, good: list[Parsed[Any]], tally: Tally, ledger: Ledger) -> None:
        """The rows of a dry run that would leave something, and the numbers that they would give up."""
        told = [fields[name] for those in ledger.changes.values() for fields in those.values()
                for name in ("number", "code") if name in fields]  # fmt: skip
        freed = {number_claim(after): number_claim(before) for before, after in told}
        self.tried.remember((each for each in good if tally.fates.get(each.raw.line) in KEPT), freed)

    def _note(self, tally: Tally, before: Tally, line: int) -> None:
        told: dict[str, Any] = {"lines_done": line, "beat_at": clock.now()}
        if line > self.run.lines_landed or line == self.run.lines:
            told |= {name: count + getattr(before, name) for name, count in tally.counts().items()}
            told["lines_landed"] = line
        if self.rejects.written or tally.rejects:
            told["rejects_file"] = self.rejects.path.name
        ImportRun.objects.filter(pk=self.run.pk).update(**told)

    def _keep(self, ledger: Ledger, fates: dict[str, Ranges]) -> None:
        """What is needed to undo the batch, and to count its rows again after an interruption."""
        if not ledger.is_empty:
            last = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
            ImportBatch.objects.create(run=self.run, **ledger.as_json(), fates=fates, last_event=last or 0)

    def _land(self, source: str, rows: list[Parsed[Any]], ledger: Ledger) -> Tally:
        """Rows of one source; one by one where the database refuses them together."""
        try:
            return self._landed(source, rows, ledger)
        except (IntegrityError, DataError):
            tally = Tally()
            for each in rows:
                tally.add(self._alone(source, each, ledger))
            return tally

    def _landed(self, source: str, rows: list[Parsed[Any]], ledger: Ledger) -> Tally:
        own = Ledger()
        with transaction.atomic():
            tally = self.kind.land(rows, Setting(self.mapping, source, self.run.create_missing, own))
        ledger.add(own)
        return tally

    def _alone(self, source: str, each: Parsed[Any], ledger: Ledger) -> Tally:
        try:
            return self._landed(source, [each], ledger)
        except (IntegrityError, DataError) as error:
            LOG.warning("%s, line %d: %s", self.run.file_name, each.raw.line, str(error).splitlines()[0])
            reason = _("the database refuses it: it contradicts another record, or a rule of all of them")
            return Tally(rejected=1, rejects=[Reject(each.raw.line, "", "", reason)])

    def _parse(self, batch: list[RawRow], tally: Tally) -> list[Parsed[Any]]:
        """The rows that are good by themselves; the others are rejected with every reason."""
        good: list[Parsed[Any]] = []
        with clock.at(clock.now()):  # what lies in the future is asked many times a row
            for raw in batch:
                reasons, row = check(self.kind, raw, self.mapping)
                if row is None:
                    tally.reject(raw.line, reasons)
                else:
                    good.append(Parsed(raw, row))
        usual = self.mapping.source
        keys = [f"{each.row.source or usual}\x1f{each.row.external_id}" for each in good]
        kept = []
        for each, first in zip(good, self.seen.first(keys, [each.raw.line for each in good]), strict=True):
            if first == each.raw.line:
                kept.append(each)
            else:
                reason = _("stands in line %(line)d already") % {"line": first}
                tally.reject(each.raw.line, [("external_id", each.row.external_id, reason)])
        return kept


def batches(rows: Iterator[RawRow]) -> Iterator[list[RawRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def check(kind: Kind, raw: RawRow, mapped: ColumnMapping) -> tuple[list[Reason], Any]:
    """What is wrong with a row, and the row where nothing is."""
    if raw.problem:
        field = next((ours for ours, header in mapped.columns.items() if header == raw.column), raw.column)
        return [(field, raw.cells.get(raw.column, ""), raw.problem)], None
    reasons = brought.problem(raw.cells, mapped)
    fields = mapped.fields_of(raw.cells)
    if totals.is_meant(raw.cells, fields):
        reasons = [("", "", _("a row of totals is no record: it is left out"))]
    if reasons:
        return reasons, None
    try:
        return [], kind.row.model_validate(fields, context={"mapping": mapped})
    except ValidationError as error:
        return problems(error, fields), None


def _by_source(good: Iterable[Parsed[Any]], usual: str) -> Iterator[tuple[str, list[Parsed[Any]]]]:
    """Rows by the source that they tell, or the `usual` one."""
    groups: dict[str, list[Parsed[Any]]] = {}
    for each in good:
        groups.setdefault(each.row.source or usual, []).append(each)
    yield from groups.items()
