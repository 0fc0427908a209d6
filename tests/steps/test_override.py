"""Not eligible: the head of team's authorisation, with its reason."""

import pytest

from arraigo.messages.models import Notice
from arraigo.people.models import Role
from arraigo.retention.models import Override
from tests.cast import Cast, Household, Walk


@pytest.fixture
def walk(home: Household) -> Walk:
    home.listing()
    return Walk(home).go("step_01")


@pytest.mark.parametrize(("granted", "element"), [("yes", "step_02"), ("no", "inform")])
def test_the_decision_is_recorded(walk: Walk, cast: Cast, granted: str, element: str) -> None:
    assert walk.item("override").role == Role.TEAM_LEAD
    assert Notice.objects.get().user == cast[Role.TEAM_LEAD]
    walk("override", granted=granted, reason="Deuda ajena")
    override = Override.objects.get(case=walk.case)
    assert (override.granted, override.reason) == (granted == "yes", "Deuda ajena")
    assert override.by == cast[Role.TEAM_LEAD]
    assert walk.facts["override_granted"] is (granted == "yes")
    assert walk.told("override")["reason"] == "Deuda ajena"
    assert walk.open == [element]


@pytest.mark.parametrize(
    ("field", "missing"), [("granted", "Choose one of them."), ("reason", "This field is required.")]
)
def test_nothing_is_authorised_without_a_reason(walk: Walk, field: str, missing: str) -> None:
    assert walk.errors("override", **{field: ""}) == {field: [missing]}
    assert not Override.objects.exists()
    assert walk.open == ["override"]
