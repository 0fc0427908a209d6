"""How values are written on paper: days and hours of La Paz, amounts with a decimal comma."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import phonenumbers
from django.conf import settings
from django.utils.translation import override

from arraigo import clock
from arraigo.money import bs


@contextmanager
def paper_language() -> Iterator[None]:
    """Papers speak the operator's language, whatever the person who prints them reads on screen."""
    with override(settings.LANGUAGE_CODE):
        yield


WIDE = 56
"""Letters that half a page's width has room for in one line, about."""


def field(label: str, value: str) -> list[Any]:
    """A label and its value as papers show them: half a page wide, the whole of it (a third element) for a long one."""
    return [label, value, True] if len(value) > WIDE else [label, value]


def moment(value: dt.datetime | None) -> str:
    """`value` as "10/03/2026 14:30" in La Paz; empty for None."""
    return "" if value is None else f"{clock.local(value):%d/%m/%Y %H:%M}"


def amount(value: Decimal) -> str:
    """`value` as "Bs 1.234,50"."""
    return "Bs " + f"{bs(value):,.2f}".translate(str.maketrans(",.", ".,"))


def number(value: Decimal | float | None) -> str:
    """`value` with a decimal comma and no more places than it needs; "—" for None."""
    if value is None:
        return "—"
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def phone(value: str) -> str:
    """`value` grouped for the eye where it is a telephone number, else as it is."""
    try:
        read = phonenumbers.parse(value, "BO")
    except phonenumbers.NumberParseException:
        return value
    kind = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(read, kind) if phonenumbers.is_possible_number(read) else value
