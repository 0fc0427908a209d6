"""What goes out comes in again: into an empty database, and into the same one, where it changes nothing."""

import datetime as dt
import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillLine, Payment
from arraigo.customers import actions as customers
from arraigo.customers.models import Customer, Phone
from arraigo.engine.models import Definition
from arraigo.eventlog.models import Event
from arraigo.imports import actions, exports, guess, undo
from arraigo.imports.errors import CellTooLong
from arraigo.imports.kinds import KINDS, kind_of
from arraigo.imports.models import ImportRun
from arraigo.network.models import NetworkPoint
from arraigo.products.models import Offering, Product
from arraigo.terminations import actions as terminations
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import Outage, TroubleTicket
from arraigo.usage.models import Usage
from tests.imports.conftest import Write
from tests.records import NOON, a_product, a_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> None:
    """A little of everything, as people enter it."""
    with clock.at(NOON):
        zone = a_zone()
        cabinet = NetworkPoint.objects.create(code="ARM-1", kind="cabinet", zone=zone)
        drop = NetworkPoint.objects.create(code="AC-1", kind="drop", parent=cabinet)
        names = ["=HYPERLINK(1)", 'Rosa "la gata"; Aguilar, Soto', "'+591", "-5"]
        people = [
            customers.add_customer(name, number=f"10{n}", phones=["70011223", "44112233"], zone=zone, actor=None)
            for n, name in enumerate(names)
        ]
        for person in people:
            product = a_product(person, network_point=drop, started_on=dt.date(2020, 1, 31))
            ticket = tickets.open_ticket(person, product, description='Dos\nlíneas, "sí"' + 900 * "\n.", actor=None)
            tickets.change_state(ticket, "inProgress", actor=None)
            ticket.outage = Outage.objects.create(name=f"Corte {person.number}", began_at=NOON, zone=zone)
            ticket.save(update_fields=["outage"])
            bill = billing.open_month(person, dt.date(2026, 2, 1), [(product, "Internet", product.price)])
            billing.issue_bill(bill, issued_on=dt.date(2026, 3, 3), due_on=dt.date(2026, 3, 25))
            for _alike in range(2):  # in one minute, or on one day
                billing.pay(bill, amount=product.price / 4, paid_at=NOON, channel="Caja")
                customers.add_listing(person, bureau="Central de Riesgos", listed_on=dt.date(2025, 1, 1), actor=None)
            Usage.objects.create(product=product, month=dt.date(2026, 2, 1), quantity="12.5")
            asked = terminations.request_termination(
                [product], reason="price", case_number="", return_items=["Módem", "Decodificador"], actor=None
            )
            back = {people[2]: ["Módem"], people[3]: []}
            if person in back:
                terminations.execute_termination(asked[0], returned=back[person], actor=None)


def sent_out(folder: Path, end: str = "csv") -> dict[str, Path]:
    paths = {name: folder / f"{name}.{end}" for name in KINDS}
    for name, path in paths.items():
        exports.export(name, path)
    return paths


def brought(paths: dict[str, Path]) -> dict[str, list[int]]:
    found = {}
    for name, path in paths.items():
        tally, _rejects = actions.import_file(name, path, create_missing=True)
        assert tally.rejects == [], name
        found[name] = list(tally.counts().values())
    return found


def empty_the_database() -> None:
    """Every record of the business; people, units and the procedure stay."""
    kept = ("people", "procedure", "eventlog")
    for model in apps.get_models(include_auto_created=True):
        ours = model.__module__.startswith("arraigo.") and model._meta.app_label not in kept
        if ours and model is not Definition:
            rows = model._default_manager.all()
            rows._raw_delete(using=rows.db)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("end", ["csv", "xlsx", "parquet", "csv.gz"])
def test_every_kind_goes_out_and_comes_back_the_same(operator: None, tmp_path: Path, end: str) -> None:
    paths = sent_out(tmp_path, end)
    counts = {name: sum(1 for _row in exports.records(kind)) for name, kind in KINDS.items()}
    assert all(counts.values())
    assert brought(paths) == {name: [0, 0, count, 0] for name, count in counts.items()}
    if end != "csv":
        return
    empty_the_database()
    assert brought(paths) == {name: [count, 0, 0, 0] for name, count in counts.items()}
    connection.check_constraints()
    assert brought(paths) == {name: [0, 0, count, 0] for name, count in counts.items()}
    again = tmp_path / "again"
    again.mkdir()
    for name, path in sent_out(again).items():
        assert path.read_bytes() == paths[name].read_bytes(), name


@pytest.mark.parametrize("end", ["csv", "xlsx", "parquet", "csv.gz"])
def test_the_mapping_that_is_guessed_imports_as_it_is(operator: None, tmp_path: Path, end: str) -> None:
    for name, path in sent_out(tmp_path, end).items():
        guessed = guess.guess(path)
        assert guessed.mapping.kind == name
        assert [reasons for _raw, reasons, _row in guessed.rows if reasons] == []
        written = tmp_path / f"{path.name}.toml"
        written.write_text(guessed.as_toml(), encoding="utf-8")
        tally, _rejects = actions.import_file(name, path, mapping_name=str(written))
        assert (tally.accepted, tally.updated, tally.rejects) == (0, 0, []), name
        assert tally.unchanged, name


def test_an_executed_baja_ends_its_product_and_its_undoing_brings_it_back(tmp_path: Path) -> None:
    person = Customer.objects.create(number="1", name="Ana")
    gone, later, asked = (a_product(person, started_on=day) for day in (None, dt.date(2026, 3, 1), None))
    path = tmp_path / "t.csv"
    head = "external_id,customer,product,reason,requested_at,executed_at"
    rows = [(gone, "2026-02-03"), (later, "2026-02-03"), (asked, "")]
    lines = [f"{n},1,{product.number},moving,2026-02-01,{day}" for n, (product, day) in enumerate(rows)]
    path.write_text("\n".join([head, *lines]) + "\n")
    assert actions.import_file("terminations", path)[0].counts()["accepted"] == 3
    ended = Product.objects.get(pk=gone.pk)
    assert (ended.status, ended.reason, ended.ended_on) == ("terminated", "moving", dt.date(2026, 2, 3))
    assert set(Product.objects.exclude(pk=gone.pk).values_list("status", flat=True)) == {"active"}
    assert actions.import_file("terminations", path)[0].counts()["unchanged"] == 3
    undo.undo(ImportRun.objects.earliest("pk"), actor=None)
    back = Product.objects.get(pk=gone.pk)
    assert (back.status, back.reason, back.ended_on) == ("active", "", None)


def test_a_cell_that_a_spreadsheet_would_compute_is_guarded(operator: None, tmp_path: Path) -> None:
    exports.export("customers", tmp_path / "c.csv")
    text = (tmp_path / "c.csv").read_text()
    assert ",'=HYPERLINK(1)," in text
    assert ",''+591," in text
    assert ",-5," in text


@pytest.mark.parametrize("end", ["csv", "xlsx", "parquet"])
def test_signs_that_a_file_cannot_carry_as_they_are(tmp_path: Path, end: str) -> None:
    signs = ["a\x0bb", "a\x1b[31mb", "a\rb", "a\r\nb", "a\ufffeb", "_x0041_", "_x005F_x000D_", "_xD800_", "''=1", "\ta"]
    Customer.objects.bulk_create(Customer(number=f"N{n}", name=name) for n, name in enumerate(signs))
    path = tmp_path / f"c.{end}"
    exports.export("customers", path)
    assert actions.import_file("customers", path)[0].counts()["unchanged"] == len(signs)


def test_a_cell_that_a_sheet_would_cut_is_told(operator: None, tmp_path: Path) -> None:
    TroubleTicket.objects.update(description="x" * (exports.LONGEST + 1))
    exports.export("tickets", tmp_path / "t.csv")
    with translation.override("en"), pytest.raises(CellTooLong, match="description has more"):
        exports.export("tickets", tmp_path / "t.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_an_export_that_nobody_reads_to_its_end_ends_quietly(operator: None, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        call_command("export", "customers")
    told = Event.objects.filter(kind="file.exported").latest("pk").data
    assert (told["kind"], told["count"]) == ("customers", Customer.objects.count())


def test_a_format_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="docx"):
        call_command("export", "customers", str(tmp_path / "c.docx"))
    with pytest.raises(CommandError, match="birds"):
        call_command("export", "birds")


def test_payments_are_part_of_what_the_bills_file_said_was_paid(tmp_path: Path) -> None:
    """Bills first say 100 paid; their payments explain it, and further ones come on top."""
    person = Customer.objects.create(number="1", name="Ana", source="file", external_id="1")
    bills, payments = tmp_path / "b.csv", tmp_path / "p.csv"
    bills.write_text("customer,month,issued_on,due_on,total,paid\n1,2026-01,2026-02-01,2026-02-20,150,100\n")
    actions.import_file("bills", bills)
    payments.write_text(
        "external_id,customer,month,amount,paid_at\nP1,1,2026-01,60,2026-02-10\nP2,1,2026-01,40,2026-02-11\n"
    )
    assert actions.import_file("payments", payments)[0].counts()["accepted"] == 2
    assert (person.bills.get().paid, person.bills.get().state) == (100, "issued")
    payments.write_text(
        "external_id,customer,month,amount,paid_at\nP3,1,2026-01,50,2026-02-12\nP4,1,2026-01,1,2026-02-12\n"
    )
    assert list(actions.import_file("payments", payments)[0].counts().values()) == [1, 0, 0, 1]
    assert (person.bills.get().paid, person.bills.get().state) == (150, "paid")
    assert actions.import_file("bills", bills)[0].counts()["unchanged"] == 1
    assert Payment.objects.count() == 3
    assert list(BillLine.objects.values_list("description", flat=True)) == ["Total"]


def test_tickets_bring_the_changes_of_their_states(tmp_path: Path) -> None:
    product = a_product(Customer.objects.create(number="1", name="Ana"))
    path = tmp_path / "t.csv"
    head = "external_id,customer,product,opened_at,resolved_at,changes\n"
    first = "acknowledged=2026-01-02;inProgress=2026-01-03"
    path.write_text(f"{head}T1,1,{product.number},2026-01-02,,{first}\n")
    actions.import_file("tickets", path)
    ticket = product.tickets.get()
    assert (ticket.status, ticket.changes.count()) == ("inProgress", 2)
    path.write_text(f"{head}T1,1,{product.number},2026-01-02,2026-01-04,{first};resolved=2026-01-04\n")
    assert actions.import_file("tickets", path)[0].counts()["updated"] == 1
    assert list(ticket.changes.values_list("before", "after")) == [
        ("", "acknowledged"), ("acknowledged", "inProgress"), ("inProgress", "resolved"),
    ]  # fmt: skip


def test_a_drop_hangs_on_what_may_carry_it(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_text("external_id,kind,parent\nA,drop,B\nB,port,C\nC,cabinet,\nD,cabinet,A\nE,drop,nobody\n")
    tally, _rejects = actions.import_file("network_points", path, dry_run=True)
    assert list(tally.counts().values()) == [3, 0, 0, 2]
    assert not NetworkPoint.objects.exists()
    actions.import_file("network_points", path)
    assert NetworkPoint.objects.get(code="A").parent.parent.code == "C"


def test_points_are_tried_batch_by_batch_without_keeping_others_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n.csv"
    path.write_text("external_id,code,kind,parent\nC,ARM-1,cabinet,\nB,,port,ARM-1\nA,,drop,B\nD,,drop,A\nE,,drop,x\n")
    monkeypatch.setattr(actions, "BATCH", 1)
    outside, between = len(connection.savepoint_ids), []

    def progress(done: int, lines: int) -> None:
        between.append((len(connection.savepoint_ids), NetworkPoint.objects.count()))

    tried, _rejects = actions.import_file("network_points", path, dry_run=True, progress=progress)
    assert between == [(outside, 0)] * 5
    assert tried.counts() == actions.import_file("network_points", path)[0].counts()
    assert list(tried.counts().values()) == [3, 0, 0, 2]


CONTRADICTIONS = {
    "customers": "external_id,number,name\nA,1001,Ana\nB,1002,Eva\nC,1001,Luis\nA2,1003,Rosa\n",
    "products": "external_id,customer,number,offering\nP,A,555,internet-50\nQ,B,556,internet-50\nR,A,555,internet-50\n",
    "tickets": "external_id,customer,product,number,opened_at\n"
               "T,A,P,9,2026-03-01\nU,B,Q,8,2026-03-01\nV,A,P,9,2026-03-01\n",
    "bills": "external_id,customer,month,issued_on,due_on,total\n"
             "M,A,2026-01,2026-02-01,2026-02-20,100\nN,B,2026-01,2026-02-01,2026-02-20,100\n"
             "O,A,2026-01,2026-02-01,2026-02-20,100\n",
    "payments": "external_id,bill,amount,paid_at\n"
                "X,M,60,2026-02-10\nY,N,100,2026-02-10\nZ,M,50,2026-02-11\nW,M,40,2026-02-12\n",
    "usage": "external_id,product,month,quantity\nG,P,2026-01,5\nH,Q,2026-01,5\nI,P,2026-01,6\n",
    "terminations": "external_id,customer,product,requested_at\nK,A,P,2026-03-01\nL,B,Q,2026-03-01\nJ,A,P,2026-03-02\n",
}  # fmt: skip
"""Files in which the third row contradicts the first, and no other does."""


def test_a_dry_run_says_what_the_import_would_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However far apart the rows stand that contradict each other, and whatever a row gives up for another."""
    monkeypatch.setattr(actions, "BATCH", 1)
    a_product(Customer.objects.create(number="0", name="Nadie"))  # for its offering
    path = tmp_path / "file.csv"

    def same(kind: str, text: str, rejected: list[int]) -> None:
        path.write_text(text)
        tried, _file = actions.import_file(kind, path, dry_run=True)
        real, _file = actions.import_file(kind, path)
        assert (tried.counts(), tried.rejects) == (real.counts(), real.rejects), kind
        assert [each.line for each in real.rejects] == rejected, kind

    with clock.at(NOON):
        for kind, text in CONTRADICTIONS.items():
            same(kind, text, [4])
        same("customers", "external_id,number,name\nA,1009,Ana\nD,1001,Luis\nE,1009,Otro\n", [4])


def test_the_columns_of_every_kind_are_those_of_its_export(operator: None) -> None:
    for name, kind in KINDS.items():
        row = next(exports.records(kind))
        known = {"source"} if name in ("zones", "offerings") else set()
        assert set(kind.fields) - known - set(row) == set(), name
        assert set(row) <= set(kind.fields), name


def test_standard_output_carries_csv(capsys: pytest.CaptureFixture[str]) -> None:
    Offering.objects.create(code="fo", name="Fibra", service="internet", technology="fibre", list_price="200")
    call_command("export", "offerings")
    lines = list(io.StringIO(capsys.readouterr().out))
    assert lines[0].strip().split(",") == kind_of("offerings").fields
    assert ",fo,Fibra," in lines[1]


def test_options_may_stand_before_the_file(operator: None, tmp_path: Path) -> None:
    target = tmp_path / "c"
    call_command("export", "customers", "--format", "parquet", str(target))
    assert target.read_bytes().startswith(b"PAR1")
    call_command("export", "customers", str(tmp_path / "c.csv"))
    call_command("import", "customers", "--dry-run", str(tmp_path / "c.csv"), "--json")
    with pytest.raises(CommandError, match="kind"):
        call_command("export")


def test_phones_and_bills_of_the_export_are_whole(operator: None) -> None:
    row = next(exports.records(kind_of("customers")))
    assert row["phones"] == "+59170011223;+59144112233"
    assert Phone.objects.count() == 8
    assert Bill.objects.count() == Product.objects.count() == 4


@pytest.mark.parametrize("dry_run", [True, False])
def test_points_may_stand_far_before_what_they_hang_on(
    write: Write, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    """From the drop upwards, a batch for each row; what hangs on nothing that comes is rejected once."""
    monkeypatch.setattr(actions, "BATCH", 1)
    lines = ["D,drop,P", "lost,drop,nowhere", "P,port,S", "S,splitter,C", "wrong,cabinet,D", "C,cabinet,"]
    path = write("n.csv", "external_id,kind,parent", *lines)
    tally, rejects = actions.import_file("network_points", path, dry_run=dry_run)
    assert tally.counts() == {"accepted": 4, "updated": 0, "unchanged": 0, "rejected": 2}
    assert rejects is not None
    assert [each.split(",")[0] for each in rejects.read_text("utf-8-sig").splitlines()] == ["line", "3", "6"]
    if dry_run:
        assert not NetworkPoint.objects.exists()
        return
    run = ImportRun.objects.get()
    assert (run.accepted, run.rejected) == (4, 2)
    assert actions.import_file("network_points", path)[0].counts()["unchanged"] == 4
    undo.undo(run, actor=None)
    assert not NetworkPoint.objects.exists()


def test_points_that_wait_survive_an_interruption(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 1)
    path = write("n.csv", "external_id,kind,parent", "P,port,S", "D,drop,P", "S,splitter,C", "C,cabinet,")
    land, landed = actions.Work._landed, list[str]()

    def dies(self: actions.Work, source: str, rows: list[Any], ledger: Any) -> Any:
        tally = land(self, source, rows, ledger)
        landed.extend(each.row.external_id for each in rows if tally.accepted)
        if landed[-1:] == ["S"]:
            raise KeyboardInterrupt
        return tally

    with monkeypatch.context() as patch:
        patch.setattr(actions.Work, "_landed", dies)
        with pytest.raises(KeyboardInterrupt):
            actions.import_file("network_points", path)
    assert landed == ["C", "S"]
    tally, _rejects = actions.import_file("network_points", path)
    assert tally.counts() == {"accepted": 4, "updated": 0, "unchanged": 0, "rejected": 0}
    assert ImportRun.objects.get().accepted == 4
