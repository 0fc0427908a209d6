"""Files as another system exports them: its own headers, words and codes, titles above the headers."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from arraigo.billing.models import Bill
from arraigo.customers.models import Customer
from arraigo.imports import actions, exports, fields, guess
from arraigo.imports.kinds import KINDS, kind_of
from arraigo.imports.likeness import columns
from arraigo.imports.reading import parting, spanish
from arraigo.imports.reading.heading import line_of
from arraigo.network.models import Zone
from arraigo.tickets.models import TroubleTicket
from tests.imports.conftest import Write
from tests.records import a_customer, a_product

pytestmark = pytest.mark.django_db

EXPORTS = {
    "planes": (
        "offerings", "Código Plan;Nombre Plan;Servicio;Tecnología;Velocidad (Mbps);Precio Lista;Vigente",
        "FIBRA 50;Fibra 50 Megas;INTERNET;FIBRA ÓPTICA;50;1.199,00;SI",
    ),
    "zonas": ("zones", "Código;Nombre;Municipio", "CALA CALA;Cala Cala;Cochabamba"),
    "red": ("network_points", "Código;Tipo;Nombre;Depende de;Zona", "ARM-1;ARMARIO;Armario 1;;CALA CALA"),
    "abonados": (
        "customers",
        "Nro. Abonado;Nombre o Razón Social;C.I./NIT;Tipo Abonado;Categoría;Teléfonos;Correo;Zona;F. Ingreso",
        "10001;NÚÑEZ PEÑA, JOSÉ;3456789 CB;SOCIO;RESIDENCIAL;4-4256789 / +591 70712345;;cala cala;15/03/1998",
    ),
    "servicios": (
        "products", "Cód. Servicio;Nro. Abonado;Nro. Línea;Plan;Estado;Fecha Alta;Fecha Baja;Cargo Mensual (Bs)",
        "S-1;10001;4256789;FIBRA 50;CORTADO;01/02/2020;;1.199,50",
    ),
    "cortes": ("outages", "Nro. Evento;Descripción;Zona;Inicio;Fin", "E-1;Troncal;CALA CALA;15-may-2025 08:00;"),
    "reclamos": (
        "tickets", "Nro. Reclamo;Nro. Abonado;Servicio;Tipo;Fecha Registro;Fecha Solución;Estado;Falla Reportada",
        "R-1;10001;S-1;DAÑO;15/05/2025 8:30 p.m.;16/05/2025 17:45;CERRADO;SIN SEÑAL",
    ),
    "facturas": (
        "bills", "Nro. Factura;Nro. Abonado;Periodo;F. Emisión;F. Vencimiento;Monto (Bs);Estado",
        "F-1;10001;may-25;01/06/2025;20/06/2025;1.234,50;PAGADA",
    ),
    "pagos": (
        "payments", "Nro. Recibo;Nro. Factura;Nro. Abonado;Fecha Pago;Monto Pagado;Caja",
        "P-1;F-1;10001;10/06/2025 10:15:00;1.234,50;CAJA CENTRAL",
    ),
    "riesgos": ("credit_listings", "Nro;Nro. Abonado;Entidad;Fecha Registro", "1;10001;Buró;01/03/2024"),
    "consumo": ("usage", "Servicio;Mes;Consumo GB", "S-1;05/2025;120,5"),
    "bajas": (
        "terminations", "Nro. Baja;Nro. Abonado;Servicio;Motivo;Fecha Solicitud", "B-1;10001;S-1;TRASLADO;01/06/2025",
    ),
}  # fmt: skip
"""Name of the file → its kind, headers and a row, in the order in which they are brought in."""


def test_an_operators_own_exports_are_understood_and_land_as_guessed(write: Write, tmp_path: Path) -> None:
    for name, (kind, *lines) in EXPORTS.items():
        path = write(f"{name}.csv", *lines, encoding="latin-1")
        guessed = guess.guess(path)
        headers = lines[0].split(";")
        assert (guessed.mapping.kind, {*headers} - {*guessed.mapping.columns.values()}) == (kind, set()), name
        written = tmp_path / f"{name}.toml"
        written.write_text(guessed.as_toml(), encoding="utf-8")
        for counts in ([1, 0, 0, 0], [0, 0, 1, 0]):
            tally, _rejects = actions.import_file(kind, path, mapping_name=str(written))
            assert [*tally.counts().values()] == counts, (name, tally.rejects)
    customer, ticket, bill = Customer.objects.get(), TroubleTicket.objects.get(), Bill.objects.get()
    assert (customer.kind, customer.zone, str(customer.since)) == ("member", Zone.objects.get(), "1998-03-15")
    assert set(customer.phones.values_list("number", flat=True)) == {"+59144256789", "+59170712345"}
    assert (ticket.type, ticket.status, ticket.symptom) == ("fault", "closed", "no_signal")
    assert ticket.opened_at == dt.datetime(2025, 5, 16, 0, 30, tzinfo=dt.UTC)
    assert (bill.state, bill.total, bill.paid, str(bill.month)) == (
        "paid",
        Decimal("1234.50"),
        bill.total,
        "2025-05-01",
    )


def test_titles_above_the_headers_and_days_as_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["COOPERATIVA - LISTADO DE ABONADOS"], ["Fecha:", "01/06/2025"], [],
        ["Nro. Abonado", "Nombre", "C.I.", "Teléfono", "F. Ingreso"],
        [20001, "María Quispe", "0345678", 70712346, dt.datetime(2010, 5, 3)],  # noqa: DTZ001
        ["20002 ", "José Rojas", 4567890, "4-4256789", 40300],
    ):  # fmt: skip
        book.active.append(row)
    book.active.merge_cells("A1:E1")
    path = tmp_path / "x.xlsx"
    book.save(path)
    guessed = guess.guess(path)
    assert (guessed.mapping.kind, guessed.mapping.header, guessed.mapping.date_format) == ("customers", 4, "excel")
    written = tmp_path / "x.toml"
    written.write_text(guessed.as_toml(), encoding="utf-8")
    tally, _rejects = actions.import_file("customers", path, mapping_name=str(written))
    assert [*tally.counts().values()] == [2, 0, 0, 0]
    found = Customer.objects.order_by("external_id").values_list("external_id", "document", "since")
    assert [(key, document, str(day)) for key, document, day in found] == [
        ("20001", "0345678", "2010-05-03"), ("20002", "4567890", "2010-05-02"),
    ]  # fmt: skip


def test_the_line_of_the_headers(write: Write) -> None:
    assert line_of([["a", "b"], ["1", "2"]]) == line_of([["a"], ["1"]]) == line_of([]) == 1
    assert line_of([["Title", "", ""], [], ["Group", "", "Other", "", ""], list("abcde"), list("12345")]) == 4
    path = write("c.csv", "sep=;", "Nro. Abonado;Nombre;Dirección", "1;Ana;a, b, c", "2;Luis;d, e, f")
    told = guess.guess(path)
    assert (told.mapping.header, told.mapping.delimiter, [row[2].name for row in told.rows]) == (
        2,
        ";",
        ["Ana", "Luis"],
    )
    # That line is the same to whoever reads the file by this mapping.
    assert [row[2].name for row in guess.preview(path, told.mapping).rows] == ["Ana", "Luis"]


def test_separators_at_the_end_of_lines_and_a_sign_that_no_text_has(write: Write) -> None:
    path = write("c.csv", "external_id,name", *(f"{n},Ana,," for n in range(150)), "150,Lu\0is", "151,Eva,x")
    tally, _rejects = actions.import_file("customers", path)
    assert [*tally.counts().values()] == [150, 0, 0, 2]
    assert [(each.line, each.field) for each in tally.rejects] == [(152, "name"), (153, "")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("15 de mayo de 2025", "2025-05-15T00:00:00"), ("3-SET-25", "2025-09-03T00:00:00"),
        ("15/05/2025 12:05 a.m.", "2025-05-15T00:05:00"), ("15/05/2025 12:05 PM", "2025-05-15T12:05:00"),
        ("31 de febrero de 2025", ""), ("15/05/2025 13:00 pm", ""), ("15 xyz 2025", ""),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: str, wanted: str) -> None:
    try:
        assert fields.recognised(text).isoformat() == wanted
    except ValueError:
        assert not wanted


def test_a_month_is_one_whatever_the_pattern_of_the_dates(write: Write, tmp_path: Path) -> None:
    a_product(a_customer(), number="P-1")
    mapping = tmp_path / "u.toml"
    mapping.write_text(
        'kind = "usage"\ndate_format = "%d/%m/%y"\n[columns]\nproduct = "p"\nmonth = "m"\nquantity = "q"\n'
    )
    path = write("u.csv", "p,m,q", "P-1,05/2025,1", "P-1,13/2025,1", "P-1,mes,1")
    tally, _rejects = actions.import_file("usage", path, mapping_name=str(mapping))
    assert [*tally.counts().values()] == [1, 0, 0, 2]


def test_a_header_that_says_little_is_left_alone() -> None:
    customers = kind_of("customers")
    assert columns(customers, ["Id", "Nombre", "Fecha Nacimiento", "Saldo Bs"]) == {
        "external_id": "Id", "name": "Nombre",
    }  # fmt: skip
    assert all(columns(kind, kind.fields) == {name: name for name in kind.fields} for kind in KINDS.values())


def test_zones_that_a_row_brings_come_back_the_same(write: Write, tmp_path: Path) -> None:
    path = write("c.csv", "external_id,name,zone", "1,Ana,Sud/Este (alto)", "2,Eva,QUERU QUERU")
    actions.import_file("customers", path, create_missing=True)
    exports.export("zones", tmp_path / "z.csv")
    assert actions.import_file("zones", tmp_path / "z.csv")[0].unchanged == 2
    assert actions.import_file("customers", path)[0].unchanged == 2


ABONADOS = (
    "Nro. Abonado:Nombre o Razón Social:Dirección:F. Ingreso",
    "10001:NÚÑEZ PEÑA, JOSÉ:Av. América, Nº 12:15/03/1998",
    '10002:Güiza Íñiguez, María:"C. Ñandú, 10:30":16/03/1998',
)


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "utf-8"])
def test_encodings_of_one_byte_are_told_apart_by_spanish_letters(write: Write, encoding: str) -> None:
    lines = [line.replace(":", ";", 3) for line in ABONADOS[:2]]
    guessed = guess.guess(write("abonados.csv", *lines, encoding=encoding))
    assert guessed.mapping.encoding == encoding.replace("utf-8", "")
    assert [row[2].name for row in guessed.rows] == ["NÚÑEZ PEÑA, JOSÉ"]
    blanks = "Rosa\xa0Choque;calle\xa0Sucre;1\xa0234".encode("cp1252")
    assert spanish.encoding_of(blanks) == "cp1252"  # a hard blank is DOS's “á”


def test_colons_part_cells_and_the_time_of_the_day_does_not(write: Write) -> None:
    guessed = guess.guess(write("abonados.txt", *ABONADOS, encoding="cp850"))
    assert (guessed.mapping.kind, guessed.mapping.delimiter, guessed.mapping.encoding) == ("customers", ":", "cp850")
    assert [row[2].address for row in guessed.rows] == ["Av. América, Nº 12", "C. Ñandú, 10:30"]
    for header, row, wanted in (
        ("Nro;Inicio", "1;15/05/2025 10:30:15", ";"), ("Inicio", "15/05/2025 10:30", ","), ("a,b", "1,x:y:z", ","),
        ("id\tlines", '1\t[{"amount": 1, "product": "P"}]', "\t"),
    ):  # fmt: skip
        assert parting.delimiter_of([header, row, row]) == wanted, header


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_of_totals_is_no_record_of_any_kind(write: Write, kind: str) -> None:
    fields = [name for name in kind_of(kind).fields if name != "source"]
    path = write(
        "x.csv", ";".join(fields), "TOTAL" + ";9" * (len(fields) - 1), ";Total general: 25" + ";" * (len(fields) - 2)
    )
    tally, _rejects = actions.import_file(kind, path, create_missing=True)
    assert [(each.field, "totales" in each.reason) for each in tally.rejects] == [("", True)] * 2
    assert not Customer.objects.exists()


def test_what_is_only_called_total_is_a_record(write: Write) -> None:
    for kind, header, row in (
        ("customers", "name,external_id", "Total,1"), ("customers", "external_id,name", "Total Seguros,Total"),
        ("offerings", "code,name,service,list_price", "TOTAL 100,Total 100 Mbps,internet,100"),
    ):  # fmt: skip
        assert actions.import_file(kind, write("x.csv", header, row))[0].accepted == 1, row
