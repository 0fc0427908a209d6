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

    Raises NoteIncomplete where the template has a place for which nothing is given.
    """
    if MONTH_PLACE.search(template) and month is None:
        raise NoteIncomplete(_("the month"))
    if PHONE_PLACE.search(template) and not phone:
        raise NoteIncomplete(_("the contact phone"))
    if month is not None:
        template = MONTH_PLACE.sub(MONTHS[month.month - 1], template)
    return PHONE_PLACE.sub(lambda _match: phone, template)
