"""How amounts, moments and spans are shown."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from arraigo import clock
from arraigo.web.templatetags import show

NOON = dt.datetime(2026, 3, 10, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "amount", "text"),
    [
        ("es-bo", Decimal("1234.5"), "Bs\N{NO-BREAK SPACE}1.234,50"),
        ("es-bo", Decimal("-0.5"), "Bs\N{NO-BREAK SPACE}-0,50"),
        ("en", Decimal("1234567.891"), "Bs\N{NO-BREAK SPACE}1,234,567.89"),
        ("es-bo", None, "—"),
    ],
)
def test_amounts(language: str, amount: Decimal | None, text: str) -> None:
    with translation.override(language):
        assert show.bs(amount) == text


def test_the_amounts_of_a_decision_table_are_written_like_all_others() -> None:
    with translation.override("es-bo"):
        assert (
            show.written_amounts("Bs 24.88 está dentro: Bs 119.")
            == "Bs\N{NO-BREAK SPACE}24,88 está dentro: Bs\N{NO-BREAK SPACE}119,00."
        )


def test_moments_are_those_of_la_paz() -> None:
    with clock.at(NOON):
        assert show.moment(NOON) == "12:00"
        assert show.moment(NOON - dt.timedelta(hours=13)) == "09/03/2026 23:00"
        assert show.day(dt.datetime(2026, 3, 10, 2, tzinfo=dt.UTC)) == "09/03/2026"


@pytest.mark.parametrize(
    ("minutes", "text", "tone"),
    [
        (21 * 60 + 40, "in 21 h 40 min", "secondary"),
        (239, "in 3 h 59 min", "warning"),
        (0, "in 0 min", "warning"),
        (-65, "1 h 5 min late", "danger"),
        (50 * 60, "in 2 d 2 h", "secondary"),
    ],
)
def test_hours_left(minutes: int, text: str, tone: str) -> None:
    with clock.at(NOON), translation.override("en"):
        due = NOON + dt.timedelta(minutes=minutes)
        assert show.hours_left(due).replace("\N{NO-BREAK SPACE}", " ") == text
        assert show.urgency(due) == tone


def test_policy_values_are_words() -> None:
    with translation.override("en"):
        assert show.policy_value({"days": Decimal("30"), "choices": ["STAR", "HBO"], "detail": True}) == (
            "days: 30; choices: STAR, HBO; with detail: yes"
        )


def test_amounts_house_numbers_and_percentages_stay_in_one_line() -> None:
    assert show.whole_amounts("Bs 99 en la casa N.º 12: 100 %") == "Bs\xa099 en la casa N.º\xa012: 100\xa0%"
