"""Receipts and evaluations, read back from the PDF, and the renderer under load."""

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from pypdf import PdfReader
from typst import TypstError

from arraigo.documents.rendering import render
from arraigo.documents.sheets import evaluation_pdf, receipt_pdf
from arraigo.documents.values import amount, number, phone

AT = dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)
HEAD = "9f" * 32


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def receipt(text: str = "Se registró la baja.\nDevolver: módem.") -> bytes:
    return receipt_pdf(text, "CON-2026-000007", {"Socio": "María Núñez"}, at=AT, title="Constancia de baja")


def test_a_receipt_says_what_it_certifies_to_whom_and_when() -> None:
    text = text_of(receipt())
    for wanted in ("Constancia de baja", "CON-2026-000007", "María Núñez", "31/03/2026 19:30", "módem"):
        assert wanted in text, wanted


def test_what_a_customer_says_is_text_and_never_markup() -> None:
    said = '#panic("x") *no* $x^2$ <etiqueta> @ref `code` \\ "comillas" ñ €'
    assert said in text_of(receipt(said))


def test_a_character_that_no_font_has_is_left_out_of_the_paper() -> None:
    pdf = receipt("Señal 👍🏽 y 1️⃣2 visitas\n\uf0b7 módem «nuevo» \x07 日本")
    assert "Señal y 12 visitas módem «nuevo»" in text_of(pdf)
    assert "Ñ y Ñandú — 24 h… ñ" in text_of(receipt("Ñ\u20e3 y Ñandú — 24 h…\u20e3 ñ"))
    assert "\N{REPLACEMENT CHARACTER}" not in text_of(pdf)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf


def test_an_evaluation_carries_the_figures_and_the_head_of_the_log() -> None:
    pdf = evaluation_pdf(
        "marzo 2026",
        [("Bajas", "12", "febrero: 15")],
        [{"title": "Hallazgos", "lines": ["Zona norte mejora."]}],
        signed_by="Gerente Comercial", signed_at=AT, log_count=4711, log_head=HEAD,
    )  # fmt: skip
    text = text_of(pdf)
    for wanted in (
        "marzo 2026",
        "12",
        "febrero: 15",
        "Zona norte mejora.",
        "Gerente Comercial",
        "4711",
        HEAD,
    ):
        assert wanted in text, wanted
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf


def test_the_same_data_gives_the_same_bytes_in_every_thread() -> None:
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(lambda _: receipt(), range(12)))) == 1


def test_data_that_does_not_fit_its_template_is_refused() -> None:
    with pytest.raises(TypstError):
        render("signed_paper", {"title": "x"}, at=AT)


def test_values_are_written_the_local_way() -> None:
    assert amount(Decimal("1234.5")) == "Bs 1.234,50"
    assert [number(value) for value in (Decimal("-31.40"), Decimal("100"), 2, 45.5, None)] == [
        "-31,4", "100", "2", "45,5", "—",
    ]  # fmt: skip
    assert [phone(value) for value in ("+59170000001", "70000001", "interno 12")] == [
        "+591 70000001", "+591 70000001", "interno 12",
    ]  # fmt: skip
