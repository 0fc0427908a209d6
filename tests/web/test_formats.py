"""Numbers and dates as Bolivia writes and types them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import formats, translation

pytestmark = pytest.mark.one_database
DAY = dt.date(2026, 11, 4)


def test_numbers_have_a_decimal_comma_and_a_thousand_point() -> None:
    with translation.override("es-bo"):
        assert formats.number_format(Decimal("1234567.5"), decimal_pos=2, force_grouping=True) == "1.234.567,50"
    with translation.override("en"):
        assert formats.number_format(Decimal("1234567.5"), decimal_pos=2, force_grouping=True) == "1,234,567.50"


def test_dates_are_day_month_year() -> None:
    with translation.override("es-bo"):
        assert formats.date_format(DAY) == "04/11/2026"
        moment = dt.datetime(2026, 11, 4, 15, 7, tzinfo=dt.UTC)
        assert formats.date_format(moment, "DATETIME_FORMAT") == "04/11/2026 15:07"
        assert formats.date_format(DAY, "YEAR_MONTH_FORMAT") == "noviembre 2026"


@pytest.mark.parametrize("typed", ["04/11/2026", "4/11/26", "2026-11-04"])
def test_a_typed_day_is_understood(typed: str) -> None:
    from django.forms import DateField

    with translation.override("es-bo"):
        assert DateField().clean(typed) == DAY
