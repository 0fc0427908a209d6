"""An import that stops before its file's end: what landed is told once, counted truly afterwards, and can be undone."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from arraigo.customers import actions as customers
from arraigo.customers.models import Customer, Phone, SearchToken
from arraigo.eventlog.models import Event
from arraigo.imports import actions, jobs, runs, undo
from arraigo.imports.errors import CannotUndo, TouchedSince
from arraigo.imports.models import ImportBatch, ImportRun
from arraigo.people.models import Role
from tests.cast import Cast
from tests.imports.conftest import Write
from tests.records import refused
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
HEADER = "external_id,name,phones"
HERE = ["1,Rosa,70011223", "2,Luis,", "3,Eva,", "4,Ana,70011224"]
FILE = [
    "9,Juan,",
    "1,Rosa,70011223",
    "2,Luis Soto,",
    "x,,",
    "3,Eva,70011229",
    "8,Marta,70011230",
    "4,Ana,",
    "7,Inés,",
    "y,,",
]
"""In batches of two: new, unchanged; changed, rejected; a phone more, new; unchanged, new; rejected."""
WHOLE = {"accepted": 3, "updated": 2, "unchanged": 2, "rejected": 2}
LANDED = [(1, 0, 1, 0), (1, 1, 1, 1), (2, 2, 1, 1), (3, 2, 2, 1)]
"""The counts after each batch but the last."""


class Stopped(BaseException):
    """As when Ctrl-C, a full disk or a fault of the program ends an import."""


@pytest.fixture
def file(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    actions.import_file("customers", write("here.csv", HEADER, *HERE))
    monkeypatch.setattr(actions, "BATCH", 2)
    return write("c.csv", HEADER, *FILE)


def everything() -> list[Any]:
    """What undoing must bring back."""
    return [
        list(model._default_manager.order_by("pk").values()) for model in (Customer, Phone)
    ] + [set(SearchToken.objects.values_list("customer", "token"))]  # fmt: skip


def stopped_after(batches: int, path: Path) -> ImportRun:
    """An import of `path` that ends behind so many batches."""
    left = [batches]

    def progress(done: int, lines: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise Stopped

    with pytest.raises(Stopped):
        actions.import_file("customers", path, progress=progress)
    return ImportRun.objects.latest("pk")


def killed_after(batches: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> ImportRun:
    """The same by SIGKILL: nothing can be said any more, and the hold of the dead process is free."""
    with monkeypatch.context() as patch:
        patch.setattr(runs, "stop", lambda key, problem: False)
        run = stopped_after(batches, path)
    runs._hold(run.pk).touch()
    return run


def told(kind: str) -> list[tuple[int, ...]]:
    rows = Event.objects.filter(kind=kind, data__file="c.csv").order_by("pk").values_list("data", flat=True)
    return [tuple(data[name] for name in WHOLE) for data in rows]


@pytest.mark.parametrize("dies", [True, False])
@pytest.mark.parametrize("stops", [(1,), (2,), (3,), (4,), (1, 3), (2, 4), (4, 1)])
def test_stopped_anywhere_gone_on_and_undone(
    file: Path, stops: tuple[int, ...], dies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, landed = everything(), []
    for batches in stops:
        run = killed_after(batches, file, monkeypatch) if dies else stopped_after(batches, file)
        reached = LANDED[max(batches, stops[0]) - 1]
        assert tuple(run.counts.values()) == reached
        landed += [reached] if reached not in landed else []
    tally, rejects = actions.import_file("customers", file)
    assert rejects is not None
    assert rejects.read_text("utf-8-sig").count("\n") == 3
    run.refresh_from_db()
    assert tally.counts() == run.counts == WHOLE
    assert (run.state, run.problem, ImportRun.objects.count()) == ("done", "", 2)
    assert told("import.stopped") == landed
    assert told("file.imported") == [tuple(WHOLE.values())]
    undo.undo(run, actor=None)
    assert everything() == before


def test_what_landed_before_it_failed_is_undone(file: Path) -> None:
    before = everything()
    run = stopped_after(3, file)
    assert (run.state, "Stopped" in run.problem, told("import.stopped")) == ("failed", True, [LANDED[2]])
    assert Customer.objects.filter(name__in=["Juan", "Luis Soto", "Marta"]).count() == 3
    undo.undo(run, actor=None)
    assert everything() == before
    with refused(CannotUndo):
        undo.undo(run, actor=None)
    actions.import_file("customers", file)  # what was undone is not gone on with: it begins anew
    assert ImportRun.objects.latest("pk").counts == WHOLE


def test_what_somebody_touched_between_two_passes_keeps_it(file: Path) -> None:
    run = stopped_after(1, file)
    customers.change_customer(Customer.objects.get(name="Juan"), address="Calle Uno 1", actor=None)
    actions.import_file("customers", file)
    run.refresh_from_db()
    assert (run.state, run.counts) == ("done", WHOLE)
    with refused(TouchedSince):
        undo.undo(run, actor=None)
    assert Customer.objects.filter(name="Juan").exists()


def test_the_sweep_finds_dead_ones_and_tells_of_each_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = killed_after(2, file, monkeypatch)
    with runs.held(typed.pk):  # slow, yet alive
        ImportRun.objects.filter(pk=typed.pk).update(beat_at=typed.started_at - 2 * runs.SILENT)
        assert jobs.resume_imports() == 0
    assert jobs.resume_imports() == jobs.resume_imports() == 0
    typed.refresh_from_db()
    assert (typed.state, told("import.stopped")) == ("failed", [LANDED[1]])
    admin = signed_in(Cast()[Role.ADMINISTRATOR])
    page = admin.get(reverse("administration_import", args=[typed.pk])).content.decode()
    assert reverse("administration_import_undo", args=[typed.pk]) in page
    assert "hasta la línea 5 de 10" in page
    admin.post(reverse("administration_import_undo", args=[typed.pk]))
    typed.refresh_from_db()
    assert (typed.state, Customer.objects.count()) == ("undone", 4)
    # One of the page goes on by itself, and counts both passes.
    sent = killed_after(2, file, monkeypatch)
    silent = {"stored": str(file), "beat_at": sent.started_at - 2 * runs.SILENT}
    ImportRun.objects.filter(pk=sent.pk).update(**silent)
    assert jobs.resume_imports() == 1
    jobs.carry_out(sent.pk, False)
    sent.refresh_from_db()
    assert (sent.state, sent.counts, told("import.stopped")) == ("done", WHOLE, [LANDED[1]] * 2)


def test_the_command_says_what_landed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = ImportBatch.save, [0]

    def ends(batch: ImportBatch, *args: Any, **known: Any) -> None:
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        real(batch, *args, **known)

    monkeypatch.setattr(ImportBatch, "save", ends)
    with pytest.raises(CommandError) as caught:
        call_command("import", "customers", str(file))
    assert "line 5 of 10: 1 rows are new, 1 changed something" in str(caught.value)


def test_a_full_disk_is_called_so_and_the_import_goes_on_once_there_is_room(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_rejects_of", lambda *asked: Path("/dev/full"))
        with pytest.raises(OSError, match="No space left"):
            actions.import_file("customers", file)
    stopped = ImportRun.objects.latest("pk")
    assert stopped.state == ImportRun.State.FAILED
    assert stopped.problem.startswith("La base de datos no respondió, o el disco está lleno")
    actions.import_file("customers", file)
    stopped.refresh_from_db()
    assert {name: getattr(stopped, name) for name in WHOLE} == WHOLE
