"""Telephone numbers, kept as E.164 (+591…)."""

import phonenumbers

from arraigo.customers.errors import PhoneUnknown

REGION = "BO"
COCHABAMBA = "4"
"""The area code of Cochabamba's landlines."""
LOCAL = 7
"""Digits of a landline's number without its area code."""
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def normal(number: str, *, area_code: str = "") -> str:
    """`number` as E.164; a number without country is Bolivian, one without area is in `area_code` where it is given.

    Raises PhoneUnknown.
    """
    whole = f"{area_code}{number}" if area_code and is_local(number) else number
    return phonenumbers.format_number(_parsed(whole), phonenumbers.PhoneNumberFormat.E164)


def as_kept(number: str) -> str:
    """`number` as E.164 where it is a telephone's, else as it was typed."""
    try:
        return normal(number)
    except PhoneUnknown:
        return number


def is_local(number: str) -> bool:
    """Whether it has as many digits as a landline's number without its area."""
    return not number.strip().startswith("+") and sum(sign.isdigit() for sign in number) == LOCAL


def is_mobile(number: str) -> bool:
    """Whether the number is a mobile telephone's. Raises PhoneUnknown."""
    return phonenumbers.number_type(_parsed(number)) in _MOBILE


def _parsed(number: str) -> phonenumbers.PhoneNumber:
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException as error:
        raise PhoneUnknown(number) from error
    if not phonenumbers.is_valid_number(parsed):
        raise PhoneUnknown(number)
    return parsed
