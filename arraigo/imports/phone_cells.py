"""What a cell of telephones holds beside numbers: blank words, notes behind a number, a spreadsheet's decimals."""

import re

from django.utils.translation import gettext as _

from arraigo.customers import phones
from arraigo.records import RuleBroken

SLASHED = re.compile(r"\b(?:n/a|s/n|n/d)\b", re.IGNORECASE)
BLANK = re.compile(r"[-–—.\s]*|0+|n\.?a\.?|s\.?n\.?|none|null|ningun[oa]?|no tiene|sin tel[eé]fono", re.IGNORECASE)
"""Cells by which people and programs say that there is none."""
DECIMALS = re.compile(r"(?<=\d)\.0+$")
NOTE = re.compile(r"(?<=\d)\s*[-–(:]?\s*(?!x|ext)[^\W\d_]+[^\W\d_. ]*[).]?$", re.IGNORECASE)
"""A word behind the number: whose it is, or where."""


def parted(cell: str) -> list[str]:
    """The numbers of a cell as they are written; none where it says that there is none."""
    parts = re.split("[;,/]", SLASHED.sub("", cell))
    return [part for part in (_number(part.strip()) for part in parts) if not BLANK.fullmatch(part)]


def _number(text: str) -> str:
    return NOTE.sub("", DECIMALS.sub("", text)) if any(sign.isdigit() for sign in text) else text


def normal(text: str, area_code: str) -> str:
    """A number of a file as E.164. Raises ValueError with the sentence of its reject."""
    digits = "".join(sign for sign in text if sign.isdigit())
    told = f"+{digits}" if len(digits) == 11 and digits.startswith("591") else text
    try:
        return phones.normal(told, area_code=area_code)
    except RuleBroken as error:
        raise ValueError(_sentence(text, area_code)) from error


def _sentence(text: str, area_code: str) -> str:
    if phones.is_local(text) and not area_code:
        sentence = _(
            '“%(phone)s” has seven digits: say in the mapping where it is, area_code = "%(area)s" for Cochabamba'
        )
        return sentence % {"phone": text, "area": phones.COCHABAMBA}
    return _("“%(phone)s” is no telephone number") % {"phone": text}
