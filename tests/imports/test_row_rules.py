"""A row obeys the rules of the forms: each of these was wrong by itself, and says why."""

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from arraigo.customers.models import Customer
from arraigo.eventlog.models import Event
from arraigo.imports import actions, exports, jobs, mapping
from arraigo.imports.errors import FileUnwritable
from arraigo.imports.kinds import kind_of
from arraigo.imports.models import ImportRun
from arraigo.products.models import Product
from arraigo.tickets.models import TroubleTicket
from tests.imports.conftest import Write
from tests.records import a_customer, a_product

pytestmark = pytest.mark.django_db
WRONG: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "bills": (
        "customer=1;month=2026-01;issued_on=2026-02-01;due_on=2026-02-20;total=100",
        {
            "with its credits Bs 0.00 of 100 are settled": {"state": "paid", "paid": "0"},
            "with its credits Bs 99 of 100 are settled": {"state": "paid", "paid": "90", "credited": "9"},
            "02/2091 is too far ahead": {"month": "2091-02"},
            "due_on lies before issued_on": {"due_on": "2026-01-31"},
            "is not written as JSON": {"lines": "[" * 50_000},
            "is not written in the form that is taken": {"lines": "[" * 60 + "]" * 60},
        },
    ),
    "terminations": (
        "external_id=T;customer=1;product=P-1;requested_at=2026-03-10",
        {
            "withdrawn_at lies before requested_at": {"withdrawn_at": "2026-03-09"},
            "returned_items needs executed_at": {"returned_items": "ninguno"},
        },
    ),
    "tickets": (
        "external_id=T;customer=1;product=P-1;opened_at=2026-03-10",
        {
            "This moment has not come yet": {"resolved_at": "2091-01-01"},
            "“Acknowledged” cannot follow “Closed”": {
                "resolved_at": "2026-03-11", "changes": "closed=2026-03-11|acknowledged=2026-03-12|resolved=2026-03-12",
            },
            "the first of its changes lies before opened_at": {"changes": "acknowledged=2020-03-10"},
            "its changes are not in the order of their times": {
                "changes": "acknowledged=2026-03-12|inProgress=2026-03-11",
            },
            "a ticket that is still open has no resolved_at": {
                "status": "acknowledged", "resolved_at": "2026-03-11",
            },
            "is not written as JSON": {"changes": "[" * 50_000},
        },
    ),
    "customers": (
        "external_id=2;name=Ana",
        {"This day is still to come": {"since": "2091-01-01"},
         "This day is still to come ": {"deceased_on": "2091-01-01"}},
    ),
    "products": (
        "external_id=2;customer=1;offering=internet-50",
        {
            "This day is still to come": {"started_on": "2091-01-01"},
            "This day is still to come ": {"status": "terminated", "ended_on": "2091-01-01"},
            "Only what ended or is suspended has a reason": {"reason": "arrears"},
            "Only a terminated product has ended": {"ended_on": "2026-03-10"},
        },
    ),
    "credit_listings": (
        "external_id=1;customer=1;listed_on=2026-03-10",
        {"This day is still to come": {"listed_on": "2091-01-01"},
         "This day is still to come ": {"lifted_on": "2091-01-01"}},
    ),
}  # fmt: skip


def bring(write: Write, kind: str, row: dict[str, str]) -> tuple[list[int], list[str]]:
    told = {name: value.replace("|", ";") for name, value in row.items()}
    path = write(f"{kind}.tsv", "\t".join(told), "\t".join(told.values()))
    with translation.override("en"):
        tally, _rejects = actions.import_file(kind, path)
    return list(tally.counts().values()), [each.reason for each in tally.rejects]


@pytest.fixture
def operator() -> None:
    a_product(a_customer(number="1"), number="P-1")


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("kind", WRONG)
def test_a_row_that_no_form_would_take_is_rejected(write: Write, kind: str) -> None:
    text, wrong = WRONG[kind]
    good = dict(part.split("=") for part in text.split(";"))
    for sentence, change in wrong.items():
        counts, reasons = bring(write, kind, good | change)
        assert counts == [0, 0, 0, 1], change
        assert sentence.strip() in reasons[0]
        assert len(reasons[0]) < 200
    assert bring(write, kind, good) == ([1, 0, 0, 0], [])


@pytest.mark.usefixtures("operator")
def test_a_ticket_does_not_go_back_where_its_state_never_leads(write: Write) -> None:
    row = {"external_id": "T", "customer": "1", "product": "P-1", "opened_at": "2026-03-10"}
    solved = row | {"status": "closed", "resolved_at": "2026-03-11"}
    assert bring(write, "tickets", solved)[0] == [1, 0, 0, 0]
    back = row | {"status": "acknowledged"}
    assert bring(write, "tickets", back)[1] == ["“Acknowledged” cannot follow “Closed”"]
    taken_up = {**row, "external_id": "U", "changes": "resolved=2026-03-11", "resolved_at": "2026-03-11"}
    assert bring(write, "tickets", taken_up)[0] == [1, 0, 0, 0]
    again = {**row, "external_id": "U", "status": "inProgress"}
    assert bring(write, "tickets", again)[0] == [0, 1, 0, 0]
    ticket = TroubleTicket.objects.get(external_id="U")
    assert (ticket.resolved_at, list(ticket.changes.values_list("after", flat=True))) == (
        None, ["resolved", "inProgress"],
    )  # fmt: skip


WHOLE = {
    "offerings": "code=fo;name=Fibra;service=internet;technology=fibre;list_price=200;is_sold=no",
    "customers": "external_id=2;name=Ana;number=100;kind=member;category=vip",
    "products": "external_id=2;customer=1;offering=internet-50;number=200;status=suspended;reason=arrears;price=200",
    "tickets": "external_id=T;customer=1;product=P-1;opened_at=2026-03-10;number=300;type=inquiry;status=closed;"
    "resolved_at=2026-03-11",
    "bills": "customer=1;month=2026-01;issued_on=2026-02-01;due_on=2026-02-20;total=100;state=paid;lines=P-1=60|=40",
    "credit_listings": "external_id=L;customer=1;listed_on=2026-03-10;bureau=Otra",
    "terminations": "external_id=B;customer=1;product=P-1;number=400;reason=price;executed_at=2026-03-11",
}
ALSO = {"bills": ("issued_on", "due_on", "total")}
"""What a row needs beside the columns that it must have."""


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("kind", WHOLE)
def test_what_a_file_does_not_say_stays_as_it_is(write: Write, kind: str) -> None:
    whole = dict(part.split("=", 1) for part in WHOLE[kind].split(";"))
    assert bring(write, kind, whole) == ([1, 0, 0, 0], [])
    needed = (*kind_of(kind).required, *ALSO.get(kind, ()))
    assert bring(write, kind, {name: whole[name] for name in needed}) == ([0, 0, 1, 0], [])
    assert bring(write, kind, whole) == ([0, 0, 1, 0], [])


@pytest.mark.usefixtures("operator")
def test_a_baja_outlives_the_products_file_of_the_next_night(write: Write) -> None:
    product = {"external_id": "2", "customer": "1", "offering": "internet-50", "price": "80"}
    bring(write, "products", product)
    bring(write, "terminations", {"external_id": "B", "customer": "1", "product": "2", "executed_at": "2026-03-11",
                                  "reason": "moving"})  # fmt: skip
    for told in (product, product | {"status": "terminated"}):
        assert bring(write, "products", told)[0] == [0, 0, 1, 0]
    gone = Product.objects.get(external_id="2")
    assert (gone.status, gone.reason, str(gone.ended_on)) == ("terminated", "moving", "2026-03-11")
    assert bring(write, "products", product | {"status": "active"})[0] == [0, 1, 0, 0]
    gone.refresh_from_db()
    assert (gone.status, gone.reason, gone.ended_on) == ("active", "", None)


@pytest.mark.usefixtures("operator")
def test_another_operators_word_for_a_symptom_is_kept(write: Write) -> None:
    row = {"external_id": "T", "customer": "1", "product": "P-1", "opened_at": "2026-03-10", "symptom": "martian"}
    assert bring(write, "tickets", row | {"description": "Luz verde"})[0] == [1, 0, 0, 0]
    ticket = TroubleTicket.objects.get()
    assert (ticket.symptom, ticket.description) == ("other", "martian: Luz verde")
    assert bring(write, "tickets", row | {"description": "Luz verde"})[0] == [0, 0, 1, 0]
    assert bring(write, "tickets", row | {"symptom": "cuts", "description": "Luz verde"})[0] == [0, 1, 0, 0]


def test_a_sign_that_no_text_has_is_rejected_in_every_format(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"external_id": ["1", "2"], "name": ["A\0na", "Luis"]}), path)
    long = f"{'x' * 9000},Otra"  # beyond what the first look at a file sees
    plain = write("c.csv", "external_id,name", *[long] * 150, "3,A\0na", "4,Eva")
    with translation.override("en"):
        for file in (path, plain):
            last = actions.import_file("customers", file)[0].rejects[-1]
            assert (last.field, "NUL" in last.reason) == ("name", True), file
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"2", "4"}


@pytest.mark.usefixtures("operator")
def test_json_with_such_a_sign_or_half_a_letter_is_rejected(write: Write) -> None:
    row = {"customer": "1", "month": "2026-01", "issued_on": "2026-02-01", "due_on": "2026-02-20"}
    for text in ("\\u0000", "\\ud800"):
        lines = f'[{{"description":"{text}","amount":1}}]'
        assert bring(write, "bills", row | {"lines": lines})[0] == [0, 0, 0, 1]


def test_rejects_stand_in_the_order_of_their_lines(write: Write) -> None:
    a_product(a_customer(number="1"), number="P-1")
    rows = ["A,9,P-1,2026-03-10", "B,1,P-1,", "C,1,P-9,2026-03-10", "D,1,P-1,never"]
    tally, _rejects = actions.import_file("tickets", write("t.csv", "external_id,customer,product,opened_at", *rows))
    assert [each.line for each in tally.rejects] == [2, 3, 4, 5]


def test_what_left_in_a_file_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    customer = a_customer()
    customer.credit_listings.create(bureau="Central de Riesgos", listed_on="2026-01-01")
    call_command("export", "credit_listings", str(tmp_path / "c.xlsx"))
    call_command("export", "credit_listings")
    told = [event.data for event in Event.objects.filter(kind="file.exported").order_by("id")]
    assert told == [{"kind": "credit_listings", "file": name, "count": 1} for name in ("c.xlsx", "")]


def test_a_place_where_nothing_can_be_written_is_told_so(tmp_path: Path) -> None:
    pipe = tmp_path / "z.csv"
    os.mkfifo(pipe)  # as /dev/null is: what is no file is not put aside for one
    for target in (tmp_path / "nowhere" / "z.csv", pipe):
        with translation.override("en"), pytest.raises(CommandError, match="cannot be written"):
            call_command("export", "zones", str(target))
    assert pipe.is_fifo()
    full = Path("/dev/full").open("w")  # noqa: SIM115 -- closing it fails too
    with pytest.raises(FileUnwritable):
        exports.to_text("zones", full)
    with pytest.raises(OSError, match="space"):
        full.close()


@pytest.mark.parametrize("told", [("--guess", ""), ("customers", ""), ("customers", "c.csv", "--map", "")])
def test_a_name_that_no_file_has_is_told_so(write: Write, monkeypatch: pytest.MonkeyPatch, told: tuple[str]) -> None:
    monkeypatch.chdir(write("c.csv", "external_id,name", "1,Ana").parent)
    with translation.override("en"), pytest.raises(CommandError, match="File name too long"):
        call_command("import", *(each or "x" * 300 for each in told))


def test_a_guess_is_written_beside_its_file(
    write: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, elsewhere = write("c.csv", "external_id,name", "1,Ana"), tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    call_command("import", "--guess", str(path))
    assert path.with_name("c.csv.toml").is_file()
    assert list(elsewhere.iterdir()) == []


def test_a_guess_that_cannot_be_written_is_told_so(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("c.csv", "external_id,name", "1,Ana")

    def full(*_told: Any, **_known: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(path.parent)
    monkeypatch.setattr(Path, "write_text", full)
    with translation.override("en"), pytest.raises(CommandError, match="cannot be written: No space left"):
        call_command("import", "--guess", str(path))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"kind": "customers", "encoding": "klingon"}, "encoding: no existe la codificación"),
        ({"kind": "customers", "colour": "red"}, "colour: "),
        ({"kind": "customers", "decimal": "x"}, "decimal: "),
        ({"kind": "customers", "columns": "name"}, "columns: "),
    ],
)
def test_a_mapping_that_cannot_be_used_is_told_in_one_language(told: dict[str, Any], sentence: str) -> None:
    with translation.override("es-bo"), pytest.raises(mapping.MappingInvalid) as caught:
        mapping.checked(told, Path("m.toml"), "customers", ["name"])
    assert sentence in str(caught.value)
    for english in ("Value error", "Input should", "Extra inputs"):
        assert english not in str(caught.value)


def test_a_job_that_fails_by_itself_says_so(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("c.csv", "external_id,name", "1,Ana")
    run = ImportRun.objects.create(
        kind="customers", source="file", file_name="c.csv", stored=str(path), state="waiting",
        started_at="2026-03-10T16:00Z", mapping={"kind": "customers", "columns": {"name": "name"}},
    )  # fmt: skip

    def broken(*_told: Any, **_known: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(actions, "bring", broken)
    with translation.override("en"), pytest.raises(ZeroDivisionError):
        jobs.carry_out(run.pk, False)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "ZeroDivisionError" in run.problem
