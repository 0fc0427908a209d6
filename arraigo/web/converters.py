"""Parts of addresses."""

import datetime as dt

from arraigo.fieldwork.models import Photo
from arraigo.records import LARGEST_KEY


class KeyConverter:
    """A record's key; a number that no key can be is no address."""

    regex = r"[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        if int(value) > LARGEST_KEY:
            raise ValueError(value)
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class MonthConverter:
    """A month as 2026-11; its first day in the view."""

    regex = r"\d{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(f"{value}-01")  # ValueError (year 0000) means: no such address

    def to_url(self, value: dt.date) -> str:
        return f"{value:%Y-%m}"


class MomentConverter:
    """When a photo was taken: `before`, `after` or `refusal`."""

    regex = "|".join(Photo.Moment.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)
