"""Numbers and dates as Bolivia writes and types them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import formats, translation

from arraigo.money import CENTAVO, AmountField

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


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("es-bo", "1.234,50", "1234.50"), ("es-bo", "1.234", "1234"), ("es-bo", " 1.234.567,8 ", "1234567.80"),
        ("es-bo", "1234,5", "1234.50"), ("es-bo", "12.5", "12.50"), ("en", "1,234.50", "1234.50"),
    ],
)  # fmt: skip
def test_an_amount_is_taken_as_it_is_shown(language: str, typed: str, amount: str) -> None:
    with translation.override(language):
        assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["1.23,50", "12.34.567", "1,234.50", "1.234,567", ".123", "0.001", "abc"])
def test_an_amount_that_could_mean_two_things_is_asked_again(typed: str) -> None:
    with translation.override("es-bo"), pytest.raises(ValidationError):
        AmountField().clean(typed)


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("es-bo", "1.500", "Como máximo Bs 1.390,50."), ("es-bo", "0", "Como mínimo Bs 0,01."),
        ("en", "1500", "At most Bs 1,390.50."),
    ],
)  # fmt: skip
def test_the_limits_of_an_amount_are_told_as_amounts(language: str, typed: str, said: str) -> None:
    field = AmountField(min_value=CENTAVO, max_value=Decimal("1390.5"))
    with translation.override(language):
        with pytest.raises(ValidationError) as refused:
            field.clean(typed)
        assert refused.value.messages == [said]
