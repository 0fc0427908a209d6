"""The indicator: bajas of this month lower than last month's."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils.translation import override

from arraigo.insight import indicator, paper, queries, statement
from arraigo.insight.chance import difference
from arraigo.people.models import Role
from arraigo.procedure.queries import current_policy
from arraigo.terminations import actions as terminations
from tests.cast import Cast, moment

MARCH = dt.date(2026, 3, 1)


def bajas(cast: Cast, days: float, reasons: list[str], number: int = 300000) -> None:
    """One baja of an Internet product for each of `reasons`, `days` after 10 March."""
    with moment(days=days):
        for reason in reasons:
            number += 1
            home = cast.household(f"{number}-{days:.0f}")
            terminations.request_termination([home.internet], reason=reason, case_number="", actor=None)


@pytest.mark.parametrize(("february", "march", "lower"), [(2, 1, True), (2, 2, False), (0, 0, False), (1, 2, False)])
def test_lower_than_last_month(cast: Cast, february: int, march: int, lower: bool) -> None:
    bajas(cast, -20, ["price"] * february)
    bajas(cast, 0, ["faults"] * march)
    found = queries.month_figures(MARCH).indicator
    assert (found.count, found.previous, found.lower) == (march, february, lower)
    line = {"month": "2026-03", "counts": "requested", "count": march, "previous": february}
    assert found.as_line() == {**line, "lower": None}, "the month runs"
    with moment(days=30):
        assert found.as_line() == {**line, "lower": lower}


def test_a_month_that_runs_on_is_not_judged_against_a_whole_one(cast: Cast) -> None:
    bajas(cast, -20, ["price"] * 2)
    bajas(cast, 0, ["faults"])
    figures = queries.month_figures(MARCH)
    with override("es-bo"):
        assert "1 hasta ahora, contra 2 en todo el mes anterior" in next(paper.statements(figures))
        with moment(days=30):
            assert "se cumple la meta del mes" in next(paper.statements(figures))


def test_a_difference_that_chance_hardly_makes_is_told_in_words() -> None:
    with override("es-bo"):
        assert "daría una así en menos de 0,1 de cada 100 meses" in statement.chance(difference(4, 40, at_risk=(1, 1)))
        assert "daría una así en 2,4 de cada 100 meses" in statement.chance(difference(20, 38, at_risk=(1, 1)))


def test_two_months_without_any_differ_by_nothing(cast: Cast) -> None:
    with moment(days=30), override("es-bo"):
        told = list(paper.statements(queries.month_figures(MARCH)))
    assert told[0] == "0 contra 0: igual, no se cumple la meta del mes."
    assert len(told) == 3, "no word of chance"


@pytest.mark.parametrize(
    ("target", "before", "count", "told"),
    [
        ("56%", 25, 11, "Meta 56%: a lo sumo 11, cumplida."),
        ("56 %", 25, 12, "Meta 56 %: a lo sumo 11, no cumplida."),
        ("10%", 15, 14, "Meta 10%: a lo sumo 13, no cumplida."),
        ("7,5%", 10, 9, "Meta 7,5%: a lo sumo 9, cumplida."),
        ("1500000", 0, 9, "Meta 1500000: a lo sumo 1500000, cumplida."),
        ("menos", 1, 1, "La meta «menos» no es un número: escriba por ejemplo 15, o 5%."),
        (" ", 1, 1, ""),
    ],
)
def test_a_target_is_met_to_the_last_unit(target: str, before: int, count: int, told: str) -> None:
    rows = [
        indicator.Month(month=month, requested=requested, executed=0, apart={})
        for month, requested in ((dt.date(2026, 2, 1), before), (MARCH, count))
    ]
    same = difference(count, before, at_risk=(31, 28))
    found = indicator.Indicator(counts="requested", months=rows, target=target, difference=same)
    with override("es-bo"):
        assert statement.target(found) == told


def test_arrears_deaths_and_moves_stand_apart(cast: Cast) -> None:
    bajas(cast, 0, ["arrears", "death", "moving", "other"])
    found = queries.month_figures(MARCH).indicator
    assert found.count == 1
    assert found.this.apart == {"arrears": 1, "death": 1, "moving": 1}


def test_the_policy_says_which_reasons_stand_apart(cast: Cast) -> None:
    cast.publish(indicator__apart='["death"]')
    bajas(cast, 0, ["arrears", "death", "moving", "other"])
    found = queries.month_figures(MARCH).indicator
    assert (found.count, found.this.apart) == (3, {"death": 1})


def test_a_withdrawn_request_counts_no_longer(cast: Cast) -> None:
    home = cast.household("9")
    (baja,) = terminations.request_termination([home.internet], reason="price", case_number="", actor=None)
    assert queries.month_figures(MARCH).indicator.count == 1
    terminations.withdraw_termination(baja, actor=cast[Role.ADVISOR])
    assert queries.month_figures(MARCH).indicator.count == 0


def test_the_policy_may_count_what_was_executed(cast: Cast) -> None:
    home = cast.household("9")
    (baja,) = terminations.request_termination([home.internet], reason="price", case_number="", actor=None)
    policy = current_policy()
    old = '[indicator.counts]\nvalue = "requested"'
    assert old in policy.content
    executed = replace(policy, content=policy.content.replace(old, old.replace("requested", "executed")))
    assert indicator.of_month(MARCH, executed).count == 0
    terminations.execute_termination(baja, actor=None)
    assert indicator.of_month(MARCH, executed).count == 1
    assert indicator.of_month(MARCH, policy).count == 1
