"""The administrator brings a file in: upload, mapping with preview, dry run, progress, rejects, history, undo."""

import html
import os
from pathlib import Path
from unittest import mock

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_q.models import OrmQ

from arraigo.customers.models import Customer
from arraigo.imports import column_words, jobs, runs
from arraigo.imports.kinds import KINDS
from arraigo.imports.models import ImportRun
from arraigo.network.models import Zone
from arraigo.people.models import Role
from tests.cast import Cast
from tests.web.conftest import signed_in

FILE = "Código;Nombre completo;Celular;Categoría\nC-1;Rosa Ñuño;70011223;ORO\nC-2;;70011224;ORO\n"


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast[Role.ADMINISTRATOR])


def uploaded(
    admin: Client, content: str | bytes = FILE, name: str = "clientes.csv", encoding: str = "latin-1"
) -> ImportRun:
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode(encoding))
    answer = admin.post(reverse("administration_imports"), {"kind": "customers", "file": file})
    assert answer.status_code == 302, answer.content
    return ImportRun.objects.latest("pk")


def sent(admin: Client, run: ImportRun, act: str, **changed: str) -> int:
    page = admin.get(reverse("administration_import", args=[run.pk]))
    form = page.context["form"]
    told = {bound.html_name: bound.value() or "" for bound in form if bound.name != "create_missing"}
    told |= {"values": "category: ORO = vip", "act": act, **changed}
    return admin.post(reverse("administration_import", args=[run.pk]), told).status_code


def carried_out(run: ImportRun, *, dry_run: bool) -> ImportRun:
    """What the worker does."""
    assert OrmQ.objects.count() >= 1
    jobs.carry_out(run.pk, dry_run)
    run.refresh_from_db()
    return run


def test_the_way_of_a_file(admin: Client) -> None:
    assert sent(admin, uploaded(admin, encoding="utf-32"), "show") == 302  # what is recognised may stay
    run = uploaded(admin)
    page = admin.get(reverse("administration_import", args=[run.pk])).content.decode()
    assert "Rosa Ñuño" in page  # Latin-1, semicolons and the columns were recognised
    assert "table-danger" in page  # the codes of the category are not ours
    first = page.split("<tbody>")[1].split("</tr>")[0].split("</td>")
    assert "⚠" in first[1], "why it is rejected stands beside the line, whatever columns follow"
    assert sent(admin, run, "look", create_missing="on") == 302
    assert ImportRun.objects.get(pk=run.pk).create_missing
    assert sent(admin, run, "look") == 302
    assert not ImportRun.objects.get(pk=run.pk).create_missing
    assert "+59170011223" in admin.get(reverse("administration_import", args=[run.pk])).content.decode()
    assert sent(admin, run, "try") == 302
    run = carried_out(run, dry_run=True)
    assert (run.state, run.trial["accepted"], run.trial["rejected"]) == ("draft", 1, 1)
    assert not Customer.objects.exists()
    rejects = admin.get(reverse("administration_import_rejects", args=[run.pk]))
    assert b"3,name," in b"".join(rejects.streaming_content)  # type: ignore[attr-defined]
    assert sent(admin, run, "bring") == 302
    page = admin.get(reverse("administration_import", args=[run.pk])).content.decode()
    assert 'hx-trigger="every 2s"' in page
    run = carried_out(run, dry_run=False)
    assert (run.state, run.accepted, run.rejected) == ("done", 1, 1)
    assert Customer.objects.get().category == "vip"
    answer = admin.get(reverse("administration_import_progress", args=[run.pk]))
    assert answer["HX-Refresh"] == "true"
    history = admin.get(reverse("administration_imports")).content.decode()
    assert run.sha256[:10] in history
    mapping = admin.get(reverse("administration_import_mapping", args=[run.pk])).content.decode()
    assert 'name = "Nombre completo"' in mapping
    admin.post(reverse("administration_import_undo", args=[run.pk]))
    assert not Customer.objects.exists()
    assert ImportRun.objects.get(pk=run.pk).state == "undone"


def test_the_sheet_of_a_workbook(admin: Client, tmp_path: Path) -> None:
    """The first that holds a table is taken; of another one the columns are recognised anew, and nothing is tried."""
    book = openpyxl.Workbook()
    book.active.append(["Informe de abonados"])  # type: ignore[union-attr]
    for title, rows in (
        ("Enero", [["Código", "Nombre"], ["1", "Rosa"]]),
        ("Febrero", [["Celular", "Nombre", "Código"], ["", "Luis", "2"]]),
    ):  # fmt: skip
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.create_sheet("Vacía")
    book.save(tmp_path / "abonados.xlsx")
    content = (tmp_path / "abonados.xlsx").read_bytes()
    run = uploaded(admin, content, "abonados.xlsx")
    page = reverse("administration_import", args=[run.pk])
    assert "Rosa" in admin.get(page).content.decode()
    assert sent(admin, run, "bring", sheet="Febrero", source="crm") == 302
    assert not OrmQ.objects.exists()
    shown = admin.get(page)
    assert "Luis" in shown.content.decode()
    assert shown.context["form"]["column_external_id"].value() == "Código"
    assert sent(admin, run, "look", sheet="Vacía") == 400
    assert sent(admin, run, "bring") == 302
    assert carried_out(run, dry_run=False).accepted == 1
    assert Customer.objects.get(external_id="2", source="crm").name == "Luis"


def test_bad_files_and_bad_mappings_are_told_at_their_field(admin: Client) -> None:
    file = SimpleUploadedFile("foto.png", b"\x89PNG\x00\x00")
    answer = admin.post(reverse("administration_imports"), {"kind": "", "file": file})
    assert answer.status_code == 400
    assert "foto.png" in answer.content.decode()
    empty = admin.post(reverse("administration_imports"), {"file": SimpleUploadedFile("x.csv", b"")})
    assert empty.status_code == 400
    run = uploaded(admin)
    assert sent(admin, run, "bring", values="categoria ORO") == 400
    assert sent(admin, run, "bring", column_name="Nombre completo", column_external_id="") == 302
    run = carried_out(run, dry_run=False)
    assert run.state == "failed"
    assert "external_id" in run.problem
    assert not Customer.objects.exists()


def test_a_job_told_twice_is_carried_out_once_and_a_silent_one_again(admin: Client) -> None:
    run = uploaded(admin)
    jobs.start(run, dry_run=False)
    carried_out(run, dry_run=False)
    jobs.carry_out(run.pk, False)
    assert ImportRun.objects.get(pk=run.pk).accepted == 0  # both rows carry a category that is not ours
    ImportRun.objects.filter(pk=run.pk).update(state="running", beat_at=run.started_at - 2 * runs.SILENT)
    typed = ImportRun.objects.create(
        kind="customers", source="x", started_at=run.started_at, beat_at=run.started_at - 2 * runs.SILENT
    )
    assert jobs.resume_imports() == 1
    assert ImportRun.objects.get(pk=run.pk).state == "waiting"
    typed.refresh_from_db()  # nobody but who typed its command can start it again
    assert (typed.state, "otra vez" in typed.problem) == ("failed", True)


ZONES = 'kind = "zones"\n[columns]\ncode = "code"\nname = "name"\ncenter = "center"\n'


def test_the_folder_is_picked_up(admin: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IMPORT_FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "_is_quiet", lambda path: True)
    (tmp_path / "customers").mkdir()
    (tmp_path / "birds").mkdir()
    (tmp_path / "customers" / "a.csv").write_text("external_id,name\n1,Ana\n2,\n")
    (tmp_path / "birds" / "b.csv").write_text("x\n1\n")
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "mapping.toml").write_text("kind = [")
    (tmp_path / "bills" / "c.csv").write_text("customer,month\n1,2026-01\n")
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones" / "mapping.toml").write_text(f"create_missing = true\n{ZONES}")
    (tmp_path / "zones" / "d.csv").write_text("code,name,center\nz-1,Norte,co-lejos\n")
    assert jobs.pick_up() == 4
    assert jobs.pick_up() == 0
    zones = ImportRun.objects.get(kind="zones")
    jobs.carry_out(zones.pk, False)
    assert Zone.objects.get(code="z-1").operations_center.code == "co-lejos"  # type: ignore[union-attr]
    assert "create_missing = true" in jobs.mapping_of(zones).as_toml()
    jobs.carry_out(ImportRun.objects.get(kind="customers").pk, False)
    assert Customer.objects.get().name == "Ana"
    assert len(list((tmp_path / "customers" / "done").glob("*-a.csv"))) == 1
    assert "3,name" in next((tmp_path / "customers" / "done").glob("*-a.csv.rejects.csv")).read_text("utf-8-sig")
    assert "birds" in next((tmp_path / "birds" / "failed").glob("*.txt")).read_text()
    history = admin.get(reverse("administration_imports"))
    assert b"birds" in history.content
    for run in ImportRun.objects.all():  # what a folder could not tell does not stop the page
        page = admin.get(reverse("administration_import", args=[run.pk]))
        assert (page.status_code, run.problem in html.unescape(page.content.decode())) == (200, True), run
        assert admin.get(reverse("administration_import_mapping", args=[run.pk])).status_code in (200, 404)


def test_a_picked_up_file_is_neither_lost_nor_brought_in_twice(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may die between any two steps; the next pick-up goes on from there."""
    monkeypatch.setattr(settings, "IMPORT_FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "_is_quiet", lambda path: True)
    folder = tmp_path / "customers"
    folder.mkdir()
    latin = os.fsdecode(b"clientes_a\xf1o-" + b"x" * 230 + b".csv")
    for name, who in (("a.csv", "Ana"), (latin, "Eva")):
        (folder / name).write_text(f"external_id,name\n{who},{who}\n")
    for step in ("_register", "_hand_over"):  # moved, and not noted down; noted down, and not handed over
        with monkeypatch.context() as patch:
            patch.setattr(jobs, step, mock.Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                jobs.pick_up()
    assert not ImportRun.objects.exists()
    assert jobs.pick_up() == 2
    assert jobs.pick_up() == 0
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "settled", lambda run: None)  # brought in, and not moved on
        for run in ImportRun.objects.all():
            jobs.carry_out(run.pk, False)
    with runs.only_one(tmp_path) as mine:  # another worker is at it
        assert mine
        assert jobs.pick_up() == 0
    assert list((folder / "taken").iterdir())
    assert jobs.pick_up() == 0
    assert list((folder / "taken").iterdir()) == []
    assert len(list((folder / "done").iterdir())) == 2
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Ana", "Eva"]
    assert all(run.state == "done" and Path(run.stored).exists() for run in ImportRun.objects.all())


def test_a_folder_that_cannot_be_taken_holds_up_no_other(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IMPORT_FOLDER", tmp_path)
    monkeypatch.setattr(jobs, "_is_quiet", lambda path: True)
    for name in (os.fsdecode(b"cat\xe1logo"), "customers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text("external_id,name\n1,Ana\n")
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "taken").write_text("no folder")
    (tmp_path / "bills" / "b.csv").write_text("customer,month\n1,2026-01\n")
    with pytest.raises(ExceptionGroup) as caught:
        jobs.pick_up()
    assert [error.__notes__ for error in caught.value.exceptions] == [["bills"], ["cat\ufffdlogo"]]
    assert ImportRun.objects.get().kind == "customers"


def test_the_history_asks_the_same_number_of_questions_however_long(
    admin: Client, django_assert_max_num_queries: object
) -> None:
    now = uploaded(admin).started_at
    ImportRun.objects.bulk_create(
        ImportRun(kind="customers", source="x", file_name=f"{n}.csv", started_at=now) for n in range(30)
    )
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert admin.get(reverse("administration_imports")).status_code == 200


def test_every_column_has_words_in_spanish() -> None:
    with translation.override("es-bo"):
        for kind in KINDS.values():
            for field in kind.fields:
                assert column_words.word(field) not in (field, ""), field
