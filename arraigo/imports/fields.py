"""How the cells of somebody else's file are understood: moments, days, months, amounts, yes and no.

The mapping (as `context["mapping"]`) may say how dates and decimals are written; without it they are
recognised. A day always stands before its month.
"""

import datetime as dt
import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from arraigo import clock
from arraigo.imports.reading.raw import Numeric

TIME = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))? ?([ap])?\.? ?(?:m\.?)?)?$"
DAY_FIRST = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){TIME}", re.IGNORECASE)
IN_WORDS = re.compile(
    rf"(\d{{1,2}})[ /.-]+(?:de )?([a-z]{{3,10}})\.?[ /.-]+(?:del? )?(\d{{4}}|\d{{2}}){TIME}", re.IGNORECASE
)
MONTH_IN_WORDS = re.compile(r"([a-z]{3,10})\.?[ /.-]+(?:del? )?(\d{4}|\d{2})$", re.IGNORECASE)
MONTHS = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
SERIALS, SERIAL = "excel", re.compile(r"[1-9]\d{4}(?:\.\d+)?$")
"""How a mapping says that dates are a spreadsheet's numbers of days, and such a number."""
FIRST_DAY = dt.datetime(1899, 12, 30)  # noqa: DTZ001
"""Day 0 of a spreadsheet."""
MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{4})$")
YEAR_MONTH = re.compile(r"(\d{4})[/.-](\d{1,2})$")
GROUPED = re.compile(r"-?\d{1,3}([., ]\d{3})+$")
PARTED = {sign: re.compile(rf"[-+]?[1-9]\d{{0,2}}(?:{re.escape(sign)}\d{{3}})+") for sign in ".,"}
"""Whole numbers whose thousands a sign parts."""
YES = frozenset({"1", "true", "yes", "y", "si", "sí", "s", "x", "verdadero"})
NO = frozenset({"0", "false", "no", "n", "falso"})
EARLIEST = 1900
CLOCKS_DIFFER = dt.timedelta(minutes=1)
"""What just happened by another clock may not have happened yet by this one."""


def mapped(info: ValidationInfo, name: str) -> str:
    """What the mapping of the file says of `name`; empty where there is none."""
    return str(getattr((info.context or {}).get("mapping"), name, ""))


def _moment(value: Any, info: ValidationInfo) -> Any:
    """Text → aware moment; a time without zone is Cochabamba's."""
    if not isinstance(value, str):
        return _recent(value)
    pattern = mapped(info, "date_format")
    try:
        return _aware(value, pattern)
    except (ValueError, OverflowError) as error:
        wanted = pattern.replace(SERIALS, "45292") or _("2026-05-31, 31/05/2026 or 31/05/2026 14:30")
        raise ValueError(_("“%(value)s” is no date as in %(pattern)s") % {"value": value, "pattern": wanted}) from error


def _recent(value: Any) -> Any:
    """A day that somebody chose, not one that a hand slipped on."""
    if isinstance(value, dt.date) and value.year < EARLIEST:
        raise ValueError(_("This day lies before the year %(year)d: look at its year.") % {"year": EARLIEST})
    return value


@lru_cache(maxsize=4096)
def _aware(text: str, pattern: str) -> dt.datetime:
    """The moment that a text means: a file has the same days again and again. Raises ValueError, OverflowError."""
    found = _as_told(text, pattern) if pattern else recognised(text)
    if found.year < EARLIEST:
        raise ValueError
    return (found if found.tzinfo else found.replace(tzinfo=clock.LA_PAZ)).astimezone(dt.UTC)


def _as_told(text: str, pattern: str) -> dt.datetime:
    if pattern == SERIALS:
        return FIRST_DAY + dt.timedelta(seconds=round(float(text) * 86400)) if SERIAL.match(text) else recognised(text)
    return dt.datetime.strptime(text, pattern)  # noqa: DTZ007


def recognised(text: str) -> dt.datetime:
    """The moment that a text means whose pattern nobody told. Raises ValueError."""
    found = DAY_FIRST.match(text) or IN_WORDS.match(text)
    if found is None:
        return dt.datetime.fromisoformat(text)
    day, month, year, hour, minute, second, half = found.groups()
    hours = int(hour or 0)
    if half and not 1 <= hours <= 12:
        raise ValueError
    hours = hours % 12 + (12 if half.lower() == "p" else 0) if half else hours
    numbers = _year(year), int(month) if month.isdigit() else _month_called(month), int(day)
    return dt.datetime(*numbers, hours, int(minute or 0), int(second or 0))  # noqa: DTZ001


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _month_called(word: str) -> int:
    """The number of a month by its Spanish name or the beginning of it. Raises ValueError."""
    return MONTHS.index(word[:3].lower().replace("set", "sep")) + 1


def _day(value: Any, info: ValidationInfo) -> Any:
    moment = _moment(value, info)
    return _local_day(moment) if isinstance(moment, dt.datetime) else moment


@lru_cache(maxsize=4096)
def _local_day(moment: dt.datetime) -> dt.date:
    return clock.local(moment).date()


def _month(value: Any, info: ValidationInfo) -> Any:
    """The first day of a month, of “2026-05”, “05/2026” or any day in it."""
    if isinstance(value, str) and (told := _month_told(value)):
        year, month = told
        if not (year >= EARLIEST and 1 <= month <= 12):
            raise ValueError(_("“%(value)s” is no month as in 2026-05 or 05/2026") % {"value": value})
        return dt.date(year, month, 1)
    day = _day(value, info)
    return day.replace(day=1) if isinstance(day, dt.date) else day


def _month_told(text: str) -> tuple[int, int] | None:
    """Year and month of a text that tells no day."""
    if found := YEAR_MONTH.match(text):
        return int(found[1]), int(found[2])
    if found := MONTH_FIRST.match(text):
        return int(found[2]), int(found[1])
    if (found := MONTH_IN_WORDS.match(text)) and found[1][:3].lower() in (*MONTHS, "set"):
        return _year(found[2]), _month_called(found[1])
    return None


def plain_number(text: str, decimal: str = "") -> str:
    """A number as Python reads it: `1.234,50` is `1234.50`. `decimal` is the sign before the decimals.

    Without it the last of point and comma is that sign; where it could as well part thousands
    (`1,234`), the text is given back as it is, for the row's rules to refuse. Raises ValueError where the
    other sign stands where no thousands are parted: `99.90` with a decimal comma.
    """
    if isinstance(text, Numeric):
        return text
    text = text.removeprefix("Bs.").removeprefix("Bs").strip().replace("\u00a0", "").replace(" ", "")
    if decimal:
        return _told_number(text, decimal)
    if "," not in text:
        return text.replace(".", "") if text.count(".") > 1 and GROUPED.match(text) else text
    if "." in text:
        return _told_number(text, max(".,", key=text.rfind))
    if GROUPED.match(text):
        return text.replace(",", "") if text.count(",") > 1 else text
    return text.replace(",", ".")


def _told_number(text: str, decimal: str) -> str:
    whole, sign, decimals = text.partition(decimal)
    other = "." if decimal == "," else ","
    if other in decimals or (other in whole and not PARTED[other].fullmatch(whole)):
        raise ValueError(_("“%(value)s” has “%(sign)s” where no thousands end") % {"value": text, "sign": other})
    return whole.replace(other, "") + ("." + decimals if sign else "")


def _number(value: Any, info: ValidationInfo) -> Any:
    return plain_number(value, mapped(info, "decimal")) if isinstance(value, str) else value


def _yes(value: Any) -> Any:
    text = value.lower() if isinstance(value, str) else value
    return True if text in YES else False if text in NO else value


def _listed(value: Any) -> Any:
    """Words parted by semicolons."""
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _past(moment: dt.datetime) -> dt.datetime:
    if moment > clock.now() + CLOCKS_DIFFER:
        raise ValueError(_("This moment has not come yet: write one that has passed."))
    return moment


def _past_day(day: dt.date) -> dt.date:
    if day > _local_day(clock.now()):
        raise ValueError(_("This day is still to come: write one that has passed."))
    return day


def _billed_month(month: dt.date) -> dt.date:
    today = _local_day(clock.now())
    if month > today and month > (last := clock.next_month(today)):
        sentence = _("%(month)s is too far ahead: bills are taken up to %(last)s, the month after the present one")
        raise ValueError(sentence % {"month": f"{month:%m/%Y}", "last": f"{last:%m/%Y}"})
    return month


def named_month(value: Any, info: ValidationInfo) -> str:
    """The month in an id that is derived from it: one, however the file writes it; what is no month as it is."""
    try:
        month = _month(value, info)
    except ValueError:
        return str(value)
    return f"{month:%Y-%m}" if isinstance(month, dt.date) else str(value)


def from_json(text: str) -> Any:
    """What a cell holds that is written as JSON; nested beyond measure, or with signs that no text has, it is none."""
    try:
        if "\\u0000" in text:
            raise ValueError
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(_("is not written as JSON")) from error


def _addressable(text: str) -> str:
    """A number is part of its page's address."""
    if "/" in text:
        raise ValueError(_("A number has no slash: write it with dashes."))
    if text in NO_ADDRESS:
        raise ValueError(_("“%(number)s” cannot be a number: write another one.") % {"number": text})
    return text


NO_ADDRESS = (".", "..", "new")
"""What means another page in an address."""
Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
Past = Annotated[Moment, AfterValidator(_past)]
Day = Annotated[dt.date, BeforeValidator(_day)]
PastDay = Annotated[Day, AfterValidator(_past_day)]
Month = Annotated[dt.date, BeforeValidator(_month)]
PastMonth = Annotated[Month, AfterValidator(_past_day)]
"""A month that has begun."""
BilledMonth = Annotated[Month, AfterValidator(_billed_month)]
"""A month that has begun, or the next one: flat rates are billed in advance."""
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2), BeforeValidator(_number)]
"""Bs."""
Quantity = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, max_digits=14, decimal_places=3)]
Degrees = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Whole = Annotated[int, BeforeValidator(_number), Field(ge=0, lt=2**31)]
YesNo = Annotated[bool, BeforeValidator(_yes)]
Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Id = Annotated[str, Field(min_length=1, max_length=80)]
Number = Annotated[str, AfterValidator(_addressable)]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^\w[-\w .+]*$")]


class Row(BaseModel):
    """One row of a file; each kind adds its fields."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    source: str = Field(default="", max_length=40)
    """The system it comes from; empty: the mapping's."""
    external_id: Id

    @property
    def claims(self) -> tuple[str, ...]:
        """What the row takes for its record, or a part of: rows of one file can contradict each other about it."""
        return ()

    @property
    def needs(self) -> tuple[str, ...]:
        """What another row of the file may have claimed, so that this one can be taken."""
        return ()
