"""Files as they really come: damaged, mistaken or meant ill. A rejected row or one clear sentence, never half."""

import csv
import datetime as dt
import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.utils import translation

from arraigo.billing.models import Bill
from arraigo.customers.models import Customer
from arraigo.imports import actions, errors, guess, mapping
from arraigo.imports.reading import packed, pouring
from arraigo.imports.reading import workbook as limits
from arraigo.records import RuleBroken
from arraigo.tickets.models import TroubleTicket
from tests.imports.conftest import Write
from tests.records import a_customer, a_product

pytestmark = pytest.mark.django_db
HEADER = "external_id,name,address"


def bring(path: Path, kind: str = "customers") -> tuple[list[int], list[tuple[int, str, str]]]:
    """The counts, and line, field and reason (in English) of each reject."""
    with translation.override("en"):
        tally, rejects = actions.import_file(kind, path)
    found = []
    if rejects:
        with rejects.open(encoding="utf-8-sig", newline="") as file:
            found = [(int(row["line"]), row["field"], row["reason"]) for row in csv.DictReader(file)]
    return list(tally.counts().values()), found


def refused(path: Path, error: type[RuleBroken], kind: str = "customers") -> str:
    with pytest.raises(error) as caught:
        actions.import_file(kind, path)
    assert not Customer.objects.exists()
    return str(caught.value)


def test_an_unbalanced_quote_costs_its_own_row_only(write: Write) -> None:
    path = write("c.csv", HEADER, '1,"Ana,Calle Uno', "2,Luis,Calle Dos", '3,"Eva ""la gata""",Calle Tres')
    counts, rejects = bring(path)
    assert counts == [2, 0, 0, 1]
    assert rejects == [(2, "", "a quote is opened and not closed")]
    assert Customer.objects.get(external_id="3").name == 'Eva "la gata"'


def test_an_unbalanced_quote_on_the_last_line(write: Write) -> None:
    counts, rejects = bring(write("c.csv", HEADER, "1,Ana,", '2,"Luis,'))
    assert (counts, rejects[0][0]) == ([1, 0, 0, 1], 3)


def test_a_quote_within_a_quoted_cell_is_rejected_with_its_line(write: Write) -> None:
    counts, rejects = bring(write("c.csv", HEADER, '1,"Ana "la gata" Rojas",x', "2,Luis,y"))
    assert counts == [1, 0, 0, 1]
    assert rejects == [(2, "", "there is a quote within a quoted cell: write it twice")]


def test_a_quoted_cell_may_run_over_lines_and_lines_are_counted_as_an_editor_does(write: Write) -> None:
    path = write("c.csv", HEADER, '1,Ana,"Calle Uno\nesquina, Dos"', ",Sin Código,")
    counts, rejects = bring(path)
    assert counts == [1, 0, 0, 1]
    assert rejects[0][:2] == (4, "external_id")
    assert Customer.objects.get().address == "Calle Uno\nesquina, Dos"


def test_a_header_may_run_over_lines_and_its_tail_is_no_record(write: Write) -> None:
    path = write("c.csv", 'external_id,"name', 'long",name', "1,x,Ana")
    assert bring(path) == ([1, 0, 0, 0], [])
    assert Customer.objects.get().name == "Ana"
    assert guess.guess(path, "customers").headers == ("external_id", "name long", "name")


@pytest.mark.parametrize("header", ['external_id,name,"address', 'external_id,name,"the "old" address"'])
def test_a_header_with_a_stray_quote_is_refused(write: Write, header: str) -> None:
    said = refused(write("c.csv", header, "1,Ana,Calle Uno", '2,Luis,"Calle Dos"'), errors.HeadersUnreadable)
    assert "c.csv" in said


def test_ragged_rows_are_rejected(write: Write) -> None:
    counts, rejects = bring(write("c.csv", HEADER, "1,Ana", "2,Luis,x,y", "3,Eva,z"))
    assert counts == [1, 0, 0, 2]
    assert [line for line, _field, _reason in rejects] == [2, 3]


def test_encodings_are_recognised(write: Write) -> None:
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "latin-1", "utf-16")):
        bring(write("c.csv", HEADER, f"{number},Íñigo Ñuño,", encoding=encoding))
    assert set(Customer.objects.values_list("name", flat=True)) == {"Íñigo Ñuño"}
    assert Customer.objects.count() == 4


def test_damage_in_a_utf8_file_is_told_and_nothing_is_brought_in(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes("external_id,name\n1,Íñigo\n2,Jos".encode() + b"\xe9\n")
    assert "byte" in refused(path, errors.EncodingWrong)


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_table_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.xls"
    path.write_bytes(content)
    refused(path, errors.FileNotText)


def test_copies_of_processes_that_were_killed_do_not_stay(write: Write) -> None:
    folder = Path(settings.DATA_DIR) / "imports" / "reading"
    left, running = folder / "left", folder / "running"
    for each in (left, running):
        each.mkdir(parents=True, exist_ok=True)
        (each / "file").write_text("x")
    os.utime(left, (1, 1))
    bring(write("c.csv", HEADER, "1,Ana,"))
    assert [path.name for path in folder.iterdir()] == ["running"]


def test_duplicate_ids_within_the_file(write: Write) -> None:
    counts, rejects = bring(write("c.csv", HEADER, "1,Ana,", "2,Luis,", "1,Otra,"))
    assert counts == [2, 0, 0, 1]
    assert rejects == [(4, "external_id", "stands in line 2 already")]
    assert Customer.objects.get(external_id="1").name == "Ana"


def test_a_ticket_for_nobody_and_impossible_dates(write: Write) -> None:
    customer = a_customer(source="file", external_id="C-1")
    a_product(customer, number="P-1")
    header = "external_id,customer,product,opened_at"
    path = write(
        "t.csv", header, "1,C-1,P-1,31/12/2025 08:30", "2,C-9,P-1,2026-01-01", "3,C-1,P-1,2026-02-30",
        "4,C-1,P-1,31/02/2026", "5,C-1,P-1,2999-01-01", "6,C-1,P-1,0001-01-01", "7,C-1,P-9,2026-01-01",
    )  # fmt: skip
    counts, rejects = bring(path, "tickets")
    assert counts == [1, 0, 0, 6]
    assert sorted((line, field) for line, field, _reason in rejects) == [
        (3, "customer"), (4, "opened_at"), (5, "opened_at"), (6, "opened_at"), (7, "opened_at"), (8, "product"),
    ]  # fmt: skip
    assert TroubleTicket.objects.get().opened_at.isoformat() == "2025-12-31T12:30:00+00:00"


def test_what_an_import_may_bring_is_said_where_it_is_missing(write: Write) -> None:
    path = write("z.csv", "code,name,center", "z-1,Norte,co-norte")
    counts, rejects = bring(path, "zones")
    assert (counts, rejects[0][1]) == ([0, 0, 0, 1], "center")
    assert all(name in rejects[0][2] for name in ("co-norte", "--create-missing", "create_missing = true"))
    tally, _rejects = actions.import_file("zones", path, create_missing=True)
    assert tally.accepted == 1


def test_negative_and_unreadable_amounts(write: Write) -> None:
    a_customer(source="file", external_id="C-1")
    header = "customer;month;issued_on;due_on;total"
    path = write(
        "b.csv", header, "C-1;01/2026;01/02/2026;20/02/2026;1.234,50", "C-1;02/2026;01/03/2026;20/03/2026;-5",
        "C-1;03/2026;01/04/2026;20/04/2026;mucho", "C-1;04/2026;01/05/2026;20/05/2026;1.234",
    )  # fmt: skip
    counts, rejects = bring(path, "bills")
    assert counts == [1, 0, 0, 3]
    assert [field for _line, field, _reason in rejects] == ["total", "total", "total"]


@pytest.mark.one_database
def test_a_line_of_200_mb_is_rejected_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "c.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"external_id,name\n1,Ana\n2,")
        block = os.urandom(1 << 19).hex().encode()
        for _ in range(200):
            file.write(block)
        file.write(b"\n3,Eva\n")
    counts, rejects = bring(path)
    assert counts == [2, 0, 0, 1]
    assert rejects[0][0] == 3


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_spreadsheet_with_formulas(tmp_path: Path) -> None:
    rows = [["external_id", "name", "since"], [1, "Ana", None], [2, "=HYPERLINK(A1)", None], [3.0, "Eva", "2020-01-31"]]
    counts, rejects = bring(workbook(tmp_path / "c.xlsx", *rows))
    assert counts == [2, 0, 0, 1]
    assert rejects == [(3, "name", "the cell holds a formula: put its value there")]
    assert str(Customer.objects.get(external_id="3").since) == "2020-01-31"


def test_a_zip_bomb_in_a_spreadsheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pouring, "FREE", 1 << 20)
    path = workbook(tmp_path / "c.xlsx", ["external_id", "name"], [1, "Ana"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/bomb.xml", b"\0" * (20 << 20))
    refused(path, errors.PackedTooTightly)


def test_a_gzip_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pouring, "FREE", 1 << 20)
    path = tmp_path / "c.csv.gz"
    path.write_bytes(gzip.compress(b"external_id,name\n" + b"1,1\n" * (8 << 20)))
    refused(path, errors.PackedTooTightly)


def test_a_damaged_gzip_and_a_damaged_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "c.csv.gz"
    path.write_bytes(gzip.compress(b"external_id,name\n1,Ana\n" * 99)[:-20])
    refused(path, errors.FileBroken)
    sheet = workbook(tmp_path / "c.xlsx", ["external_id", "name"], [1, "Ana"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(sheet) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part, data[: len(data) // 2] if part.filename.endswith("sheet1.xml") else data)
    sheet.write_bytes(buffer.getvalue())
    refused(sheet, errors.FileBroken)


def test_a_file_that_changes_while_it_is_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("c.csv", HEADER, "1,Ana,")
    real = packed.pour

    def grows(*args: object, **known: object) -> int:
        with path.open("a") as file:
            file.write("2,Luis,\n")
        return real(*args, **known)  # type: ignore[arg-type]

    monkeypatch.setattr(packed, "pour", grows)
    refused(path, errors.FileChanged)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    days = [dt.date(2020, 1, 31), None]
    frame = {"external_id": [1, 2], "name": ["Ana", None], "latitude": [-17.5, None], "since": days}
    pq.write_table(pa.table(frame), path)
    counts, rejects = bring(path)
    assert counts == [1, 0, 0, 1]
    assert rejects == [(2, "name", "is missing")]
    assert Customer.objects.get().latitude == -17.5


def test_phones_as_people_write_them(write: Write) -> None:
    shapes = ["70011223", "7001-1223", "591 70011223", "+591 7 0011223", "(4) 411-2233", "59144112233", "0059170011223"]
    path = write("c.csv", "external_id;name;phones", *(f"{n};Ana;{shape}" for n, shape in enumerate(shapes)))
    counts, rejects = bring(path)
    assert (counts, rejects) == ([7, 0, 0, 0], [])
    found = list(Customer.objects.order_by("external_id").values_list("phones__number", flat=True))
    assert found == ["+59170011223"] * 4 + ["+59144112233"] * 2 + ["+59170011223"]


def test_what_else_stands_where_a_phone_should(write: Write, tmp_path: Path) -> None:
    """No phone costs no customer; a local landline's area is the mapping's to say, and the guess says it."""
    blank = ["N/A", "s/n", "-", "0", "none", "Ninguno", "No tiene"]
    shapes = [*blank, "70011223 - casa", "70011223.0", "70011223 (Rosa)", "N/A; 70011223", "4112233", "411-2233"]
    path = write("c.csv", "external_id|name|phones", *(f"{n}|Ana|{shape}" for n, shape in enumerate(shapes)))
    counts, rejects = bring(path)
    assert counts == [11, 0, 0, 2]
    assert [(line, field) for line, field, _reason in rejects] == [(13, "phones"), (14, "phones")]
    assert all("area_code" in reason for _line, _field, reason in rejects)
    guessed = guess.guess(path, "customers")
    assert 'area_code = "4"' in guessed.as_toml()
    told = tmp_path / "c.toml"
    told.write_text(guessed.as_toml(), encoding="utf-8")
    tally, _rejects = actions.import_file("customers", path, mapping_name=str(told))
    assert (tally.rejects, Customer.objects.count()) == ([], 13)
    found = [
        [phone.number for phone in person.phones.all()]
        for person in sorted(Customer.objects.filter(source=guessed.mapping.source), key=lambda each: int(each.number))
    ]
    assert found == [[]] * 7 + [["+59170011223"]] * 4 + [["+59144112233"]] * 2


def test_a_look_at_a_file_survives_whatever_its_cells_are(write: Write, tmp_path: Path) -> None:
    """What the first look of the page and of --guess met: each by one sentence, or as it is meant."""
    long = guess.guess(write("c.csv", "external_id,name", f"1,{'x' * 200_000}", "2,Eva"))
    assert [bool(row) for _raw, _reasons, row in long.rows] == [False, True]
    wide = write("wide.csv", ",".join(f"c{n}" for n in range(20_000)), "1")
    assert "20000" in refused(wide, errors.TooManyColumns)
    assert len(refused(write("n.csv", ",".join(f"c{n}" for n in range(400)), "1"), errors.ColumnMissing)) < 600
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes(b"external_id,name\n1,Jos" + b"\xe9\n2," + "José\n".encode())
    assert str(tmp_path) not in refused(mixed, errors.EncodingWrong)
    plain = tmp_path / "x.zip"
    with zipfile.ZipFile(plain, "w") as packed_up:
        packed_up.writestr("a.csv", "external_id,name\n1,a\n")
    refused(plain, errors.FileNotText)
    for wrong, error in (({"encoding": "utf-16"}, errors.EncodingWrong), ({"header": 9}, errors.HeadersMissing)):
        told = mapping.ColumnMapping(kind="customers", columns={"name": "name"}, **wrong)  # type: ignore[arg-type]
        with pytest.raises(error):
            guess.preview(write("c.csv", "external_id,name", "1,Ana"), told)
    assert bring(write("u.csv", HEADER, "1,Ñandú,", encoding="utf-32"))[0] == [1, 0, 0, 0]


def test_what_other_programs_write_into_parquet(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    told = {"external_id": [1.0, float("nan")], "name": ["Ana", "Luis"], "lasted": [dt.timedelta(hours=1)] * 2}
    pq.write_table(pa.table(told), path)
    assert bring(path) == ([1, 0, 0, 1], [(2, "external_id", "is missing")])
    moments = pa.array([None, None, 2**62], pa.timestamp("us"))
    days = {"since": pa.array([18_000, 2**30, None], pa.date32()), "deceased_on": moments}
    pq.write_table(pa.table({"external_id": ["1", "2", "3"], "name": ["Ana", "Luis", "Eva"], **days}), path)
    counts, rejects = bring(path)
    assert (counts, [(line, field) for line, field, _reason in rejects]) == (
        [0, 1, 0, 2], [(2, "since"), (3, "deceased_on")],
    )  # fmt: skip


@pytest.mark.parametrize("sharing", ["PLAIN", "RLE_DICTIONARY", "DELTA_BYTE_ARRAY"])
def test_a_parquet_file_that_unpacks_hugely_is_not_read(tmp_path: Path, sharing: str) -> None:
    """One long text, repeated: packed, or written once for all its rows; such a file that is honest is read."""
    kept = {"use_dictionary": True} if sharing == "RLE_DICTIONARY" else {
        "use_dictionary": False, "column_encoding": {"name": sharing},
    }  # fmt: skip
    for rows, name in ((1000, "A" * 90_000), (2, "Ana")):
        path = tmp_path / f"{rows}.parquet"
        column = pa.DictionaryArray.from_arrays(pa.array([0] * rows), [name])
        frame = pa.table({"external_id": pa.array(map(str, range(rows))), "name": column.cast(pa.string())})
        pq.write_table(frame, path, compression="zstd", **kept)
        assert path.stat().st_size < 80_000
        if rows == 2:
            assert bring(path)[0] == [2, 0, 0, 0]
        else:
            refused(path, errors.PackedTooTightly)


def test_a_spreadsheet_that_claims_billions_of_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", ["external_id", "name"], [1, "Ana"])
    far = {b'r="2"': b'r="4000000000"', b'r="A2"': b'r="A4000000000"'}

    def claims(parts: dict[str, bytes]) -> None:
        for near, away in far.items():
            parts[SHEET] = parts[SHEET].replace(near, away)

    refused(repacked(path, claims), errors.FileBroken)


def test_a_reject_shows_the_value_as_the_file_has_it(write: Write) -> None:
    a_customer(source="file", external_id="C-1")
    path = write("b.csv", "customer;month;issued_on;due_on;total", "C-1;2026-01;2026-02-01;2026-02-20;(1.234,50)")
    assert [each.value for each in actions.import_file("bills", path)[0].rejects] == ["(1.234,50)"]


def test_no_amount_is_taken_for_ten_or_a_hundred_times_itself(write: Write, tmp_path: Path) -> None:
    """By the program's own proposal, and with a comma told for a file whose numbers are numbers."""
    for number in range(3):
        a_customer(source="file", external_id=f"C-{number}", number=f"C-{number}")
    head = ["customer", "month", "issued_on", "due_on", "total", "consumo"]
    rows = [["C-0", "2026-01", "2026-02-01", "2026-02-20", "150,50", "120,5"],
            ["C-1", "2026-01", "2026-02-01", "2026-02-20", "99.90", "7"],
            ["C-2", "2026-01", "2026-02-01", "2026-02-20", "1.234,50", "7"]]  # fmt: skip
    path = write("b.csv", *(";".join(cells) for cells in [head, *rows]))
    guessed = guess.guess(path, "bills")
    assert guessed.mapping.decimal == ""
    told = tmp_path / "comma.toml"
    told.write_text(guessed.as_toml() + "\n[constants]\n")
    tally, _rejects = actions.import_file("bills", path, mapping_name=str(told))
    assert tally.accepted == 3
    totals = list(Bill.objects.order_by("customer__number").values_list("total", flat=True))
    assert [str(total) for total in totals] == ["150.50", "99.90", "1234.50"]
    told.write_text('kind = "bills"\ndecimal = ","\n[columns]\n' + "".join(f'{n} = "{n}"\n' for n in head[:5]))
    tally, _rejects = actions.import_file("bills", path, mapping_name=str(told))
    assert (tally.unchanged, [each.field for each in tally.rejects]) == (2, ["total"])
    numbers = [[*row[:4], amount] for row, amount in zip(rows, (150.5, 99.9, 1234.5), strict=True)]
    workbook(tmp_path / "b.xlsx", head[:5], *numbers)  # type: ignore[arg-type]
    columns = [pa.array(column) for column in zip(*numbers, strict=True)]
    pq.write_table(pa.table(columns, names=head[:5]), tmp_path / "b.parquet")
    for name in ("b.xlsx", "b.parquet"):
        tally, _rejects = actions.import_file("bills", tmp_path / name, mapping_name=str(told))
        assert (tally.unchanged, tally.rejects) == (3, []), name


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The spreadsheet with its parts changed: name → bytes."""
    with zipfile.ZipFile(path) as packed_up:
        parts = {name: packed_up.read(name) for name in packed_up.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed_up:
        for name, content in parts.items():
            packed_up.writestr(name, content)
    return path


SHEET, TYPES, LONG = "xl/worksheets/sheet1.xml", limits.TYPES, b"x" * 30_000


def strings_elsewhere(parts: dict[str, bytes]) -> None:
    parts["xl/t.bin"] = b"<sst><si><t>" + LONG + b"</t></si></sst>"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="!xl/t.bin" ContentType="' + kind + b'"/></Types>'
    parts[TYPES] = parts[TYPES].replace(b"</Types>", override)


def large_styles(parts: dict[str, bytes]) -> None:
    parts["xl/styles.xml"] += b"<!--" + LONG + b"-->"


def long_cell(parts: dict[str, bytes]) -> None:
    parts[SHEET] = parts[SHEET].replace(b"</row>", b'<c t="inlineStr"><is><t>' + LONG + b"</t></is></c></row>")


def rows_that_are_none(parts: dict[str, bytes]) -> None:
    text = b"<![CDATA[" + b"<row >" * 5_000 + b"]]>"
    parts[SHEET] = parts[SHEET].replace(b"</row>", b'<c t="inlineStr"><is><t>' + text + b"</t></is></c></row>")


def a_sheet_elsewhere(parts: dict[str, bytes]) -> None:
    parts["xl/media/x.png"] = parts.pop(SHEET)
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(SHEET.encode(), b"xl/media/x.png")


@pytest.mark.parametrize("change", [strings_elsewhere, large_styles, long_cell, rows_that_are_none, a_sheet_elsewhere])
def test_a_spreadsheet_that_would_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, bytes]], None]
) -> None:
    """Whatever part holds it, under whatever name; the real limits are megabytes."""
    for name in ("STRINGS", "WHOLE", "BETWEEN_ROWS"):
        monkeypatch.setattr(limits, name, 20_000)
    path = workbook(tmp_path / "c.xlsx", ["external_id", "name"], [1, "Ana"])
    assert guess.guess(path).rows[0][2] is not None
    said = refused(repacked(path, change), errors.FileBroken if change is a_sheet_elsewhere else errors.SheetTooLarge)
    assert "ARRAIGO_IMPORT_MOST_MB" not in said  # these limits are fixed


def test_the_header_of_a_reject_is_no_formula(tmp_path: Path) -> None:
    path = workbook(tmp_path / "c.xlsx", ["external_id", "name", '=HYPERLINK("x")'], [1, "Ana", "=A1"])
    cell = b'<c r="C1" t="inlineStr"><is><t>=X(1)</t></is></c>'
    header = re.compile(rb'<c r="C1"[^>]*><f>[^<]*</f><v ?/?>(</v>)?</c>')
    repacked(path, lambda parts: parts.update({SHEET: header.sub(cell, parts[SHEET])}))
    assert bring(path) == ([0, 0, 0, 1], [(2, "'=X(1)", "the cell holds a formula: put its value there")])
