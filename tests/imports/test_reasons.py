"""Why a row is rejected, as a clerk reads it: in Spanish, and no word of it is a field of ours."""

import re
from pathlib import Path

import polib
import pytest
from django.utils import translation

from arraigo.imports import actions
from arraigo.imports.kinds import KINDS
from tests.imports.conftest import Write
from tests.records import a_customer, a_product
from tools import messages

FIELDS = {field for kind in KINDS.values() for field in kind.fields} | {*KINDS}
SPANISH_TOO = {"total"}
NOWHERE = {
    "customers": ["external_id=2;name=Ana;zone=9"],
    "products": ["external_id=1;customer=9;offering=9", "external_id=1;customer=1;offering=9",
                 "external_id=1;customer=1;offering=9;network_point=9"],
    "outages": ["external_id=1;name=Corte;began_at=2026-01-01;zone=9"],
    "tickets": ["external_id=1;customer=9;product=9;opened_at=2026-01-01",
                "external_id=1;customer=1;product=9;opened_at=2026-01-01",
                "external_id=1;customer=1;product=P-1;opened_at=2026-01-01;outage=9"],
    "bills": ["customer=9;month=2026-01;issued_on=2026-02-01;due_on=2026-02-20;total=1",
              "customer=1;month=2026-01;issued_on=2026-02-01;due_on=2026-02-20;lines=9=1"],
    "payments": ["external_id=1;bill=9;amount=1;paid_at=2026-01-01",
                 "external_id=1;customer=9;month=2026-01;amount=1;paid_at=2026-01-01"],
    "credit_listings": ["external_id=1;customer=9;listed_on=2026-01-01"],
    "usage": ["product=9;month=2026-01;quantity=1"],
    "terminations": ["external_id=1;customer=9;product=9", "external_id=1;customer=1;product=9"],
    "zones": ["code=9;name=Zona;center=9"],
    "network_points": ["external_id=9;kind=drop;zone=9", "external_id=9;kind=drop;parent=8"],
}  # fmt: skip
"""Kind → rows that name what is not there."""


def english_in(text: str) -> set[str]:
    return {*re.findall(r"\w+", re.sub(r"%\(\w+\)", "%", text))} & FIELDS - SPANISH_TOO


def test_no_sentence_of_the_imports_names_a_field_in_english() -> None:
    catalogue = polib.pofile(str(messages.CATALOGUE))
    folder = Path(actions.__file__).parent
    reasons = [*(folder / "kinds").glob("*.py"), *(folder / "reading").glob("*.py")]
    reasons += [folder / name for name in ("actions.py", "fields.py", "landing.py", "column_words.py")]
    for path in reasons:
        for context, text, _plural in messages.messages_in(path):
            entry = catalogue.find(text, msgctxt=context or False)
            assert entry, text
            assert not english_in(entry.msgstr), entry.msgstr


@pytest.mark.django_db
def test_what_is_not_there_is_named_in_spanish(write: Write) -> None:
    a_product(a_customer(number="1"), number="P-1")
    with translation.override("es-bo"):
        for kind, rows in NOWHERE.items():
            for row in rows:
                told = dict(part.split("=", 1) for part in row.split(";"))
                path = write(f"{kind}.tsv", "\t".join(told), "\t".join(told.values()))
                tally, _rejects = actions.import_file(kind, path)
                assert (tally.rejected, len(tally.rejects)) == (1, 1), row
                assert re.search("no existe|no tiene", tally.rejects[0].reason), tally.rejects
                assert not english_in(tally.rejects[0].reason), tally.rejects
