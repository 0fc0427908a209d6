"""Telephone numbers, kept as E.164 (+591…)."""

import phonenumbers

from arraigo.customers.errors import PhoneUnknown

REGION = "BO"
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def normal(number: str) -> str:
    """`number` as E.164; a number without country is Bolivian. Raises PhoneUnknown."""
    return phonenumbers.format_number(_parsed(number), phonenumbers.PhoneNumberFormat.E164)


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
