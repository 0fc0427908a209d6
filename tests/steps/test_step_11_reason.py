"""Step 11: the reason classified, and the way that the table gives."""

import pytest

from arraigo.procedure.queries import current_policy
from tests.cast import Household, Walk


def to_step_11(home: Household) -> Walk:
    return Walk(home, reason="other").go("step_01", "step_02")


@pytest.mark.parametrize(
    ("reason", "demand", "element"),
    [
        ("compensation", "compensation", "step_12"),
        ("better_offer", "courtesy", "step_14"),
        ("price", "courtesy", "step_14"),
        ("price", "compensation", "step_14"),
        ("no_use", "courtesy", "step_14"),
        ("moving", "transfer", "transfer"),
        ("death", "compensation", "termination"),
        ("other", "compensation", "step_12"),
        ("other", "courtesy", "step_14"),
        ("other", "transfer", "termination"),
        ("faults", "compensation", "step_12"),
        ("compensation", "termination", "termination"),
        ("moving", "termination", "termination"),
    ],
)
def test_offers_by_reason(home: Household, reason: str, demand: str, element: str) -> None:
    walk = to_step_11(home)
    offered = {"competitor": "Otra", "competitor_offer": "100 Mb", "competitor_price": "99"}
    walk("step_11", reason=reason, demand=demand, **offered)
    assert walk.open == [element]
    assert (walk.case.reason, walk.case.competitor, walk.case.competitor_price) == (reason, "Otra", 99)
    assert (walk.facts["reason"], walk.facts["demand"]) == (reason, demand)
    assert walk.told("step_11")["demand"] == demand
    assert walk.told("step_11")["decisions"][0]["name"] == "offers"


def test_a_better_offer_says_whose(home: Household) -> None:
    walk = to_step_11(home)
    errors = walk.errors("step_11", reason="better_offer", demand="courtesy")
    assert errors == {
        "competitor": ["Write which operator makes the better offer."],
        "competitor_offer": ["Write what that operator offers."],
    }
    assert walk.open == ["step_11"]
    assert walk.reload().reason == "other"


@pytest.mark.parametrize(("field", "value"), [("reason", ""), ("reason", "whim"), ("demand", ""), ("demand", "all")])
def test_reason_and_demand_are_of_the_lists(home: Household, field: str, value: str) -> None:
    walk = to_step_11(home)
    errors = walk.errors("step_11", **{field: value})
    assert list(errors) == [field]
    assert errors[field][0]


def test_the_detail_is_one_of_the_reason(home: Household) -> None:
    walk = to_step_11(home)
    errors = walk.errors("step_11", reason="price", demand="courtesy", reason_detail="moving:covered")
    assert errors == {"reason_detail": ["This detail belongs to another reason: choose one of the reason above."]}
    walk("step_11", reason="price", demand="courtesy", reason_detail="price:increase")
    assert (walk.case.reason, walk.case.reason_detail) == ("price", "increase")


def test_an_operator_is_spelled_as_the_policy_spells_it(home: Household) -> None:
    walk = to_step_11(home)
    policy = current_policy()
    known = policy.value("competitor.operators")[0]
    walk("step_11", reason="better_offer", demand="courtesy", competitor=f" {known.upper()} ", competitor_offer="x")
    assert walk.case.competitor == known
