"""Parts of addresses."""

import datetime as dt


class MonthConverter:
    """A month as 2026-11; its first day in the view."""

    regex = r"\d{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(f"{value}-01")  # ValueError (year 0000) means: no such address

    def to_url(self, value: dt.date) -> str:
        return f"{value:%Y-%m}"
