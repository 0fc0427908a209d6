"""The note (glosa) of an Engineering Service order, verbatim but for its two placeholders (step 5.3)."""

import datetime as dt
import re

from django.utils.translation import gettext as _

from arraigo.orders.errors import NoteIncomplete

MONTHS = (
    "ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO",
    "JULIO", "AGOSTO", "SEPTIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE",
)  # fmt: skip
"""Month names as the document writes them, whatever the language of the page."""

MONTH_PLACE = re.compile(rf"(?<=MES DE )(?:{'|'.join(MONTHS)})\b")
"""The document prints a sample month ("MES DE MARZO"): it stands for the month waived."""
PHONE_PLACE = re.compile(r"(?<=CEL )X{6}(?!X)")


def fill_note(template: str, month: dt.date | None, phone: str) -> str:
    """`template` with the Spanish name of `month` and with `phone` in their places, nothing else changed.

    Without a phone its place stays open, for the page that asks for it; such a note cannot be
    ordered (`check_note`). Raises NoteIncomplete where the template names a month and none is given.
    """
    if month is not None:
        template = MONTH_PLACE.sub(MONTHS[month.month - 1], template)
    elif MONTH_PLACE.search(template):
        raise NoteIncomplete(_("the month"))
    return PHONE_PLACE.sub(lambda _match: phone, template) if phone else template


def check_note(note: str) -> None:
    """Raise NoteIncomplete where the phone is missing: the visit could not be agreed on."""
    if PHONE_PLACE.search(note):
        raise NoteIncomplete(_("the contact phone"))
