"""The note of step 5.3: the document's words, its two places filled."""

import datetime as dt

import pytest
from django.utils import translation

from arraigo.orders.errors import NoteIncomplete
from arraigo.orders.note import MONTHS, fill_note
from tests.records import a_customer, a_product, a_visit, refused

NOTE = (
    "CLIENTE CON DAÑOS REITERADOS, CON INTENSION DE BAJA, SE OFERTA NO COBRO EL MES DE MARZO POR EL "
    "SERVICIO DEFICIENTE, Y SE OFERTA SOLUCION DEFINITIVA, SE COMPROMETE A REALIZAR LA VISITA TÉCNICA "
    "EN 24 HORAS. FAVOR COORDINAR CON EL CLIENTE AL CEL XXXXXX"
)


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize("language", ["es-bo", "en"])
def test_only_month_and_phone_change(number: int, language: str) -> None:
    with translation.override(language):
        note = fill_note(NOTE, dt.date(2026, number, 1), "70712345")
    assert note == NOTE.replace("MARZO", MONTHS[number - 1]).replace("XXXXXX", "70712345")


def test_a_month_that_is_missing_is_asked() -> None:
    with pytest.raises(NoteIncomplete):
        fill_note(NOTE, None, "70712345")


@pytest.mark.django_db
def test_a_note_without_phone_is_shown_but_never_ordered() -> None:
    note = fill_note(NOTE, dt.date(2026, 5, 1), "")
    assert note == NOTE.replace("MARZO", "MAYO")
    customer = a_customer()
    with refused(NoteIncomplete):
        a_visit(customer, a_product(customer), note=note)


def test_a_note_without_a_month_needs_none() -> None:
    assert fill_note("COORDINAR AL CEL XXXXXX", None, "+59170712345") == "COORDINAR AL CEL +59170712345"
