"""Every demo case, replayed on its diagram; and a history that was tampered with is noticed."""

from typing import Any

import pytest

from arraigo.engine.models import Definition
from arraigo.eventlog.models import Event
from arraigo.retention.models import RetentionCase
from tests.conformance import KINDS, Replay, replay
from tests.diagram import diagram_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
History = list[tuple[str, dict[str, Any]]]


def history_of(element: str) -> History:
    """The events of a case in which `element` was completed."""
    event = Event.objects.filter(kind="case.step_completed", data__element=element).order_by("id")[0]
    rows = Event.objects.filter(case_number=event.case_number, kind__in=KINDS).order_by("id")
    return list(rows.values_list("kind", "data"))


def deviations(history: History) -> list[str]:
    found = Replay(diagram_of(Definition.objects.get().pk))
    for kind, data in history:
        found.take(kind, data)
    return found.deviations


def at(history: History, element: str) -> int:
    return next(n for n, (_kind, data) in enumerate(history) if data.get("element") == element)


def test_every_demo_case_went_as_its_diagram_says() -> None:
    cases = list(RetentionCase.objects.select_related("instance"))
    assert len(cases) == 66
    assert {case.number: replay(case) for case in cases} == {case.number: [] for case in cases}


@pytest.mark.parametrize("element", ["step_10", "step_12", "termination", "route_to_plant", "override"])
def test_what_is_told_truly_has_no_deviation(element: str) -> None:
    assert deviations(history_of(element)) == []


def test_a_step_left_out_is_noticed() -> None:
    history = history_of("step_06")
    del history[at(history, "step_04")]
    assert deviations(history) == ["step_05 was completed without being open"]


def test_steps_in_another_order_are_noticed() -> None:
    history = history_of("step_06")
    here = at(history, "step_04")
    history[here], history[here + 1] = history[here + 1], history[here]
    assert "step_05 was completed without being open" in deviations(history)


def test_a_way_that_the_decision_forbids_is_noticed() -> None:
    """The table said “no repeated fault”: the negotiation of step 3 cannot follow."""
    history = history_of("step_03")
    data = history[at(history, "step_02")][1]
    data["decisions"][0]["outputs"]["repeat_fault"] = False
    assert "step_03 cannot follow step_02" in deviations(history)


def test_a_decision_that_was_never_taken_is_noticed() -> None:
    history = history_of("step_03")
    history[at(history, "step_02")][1]["decisions"] = []
    assert "step_03 cannot follow step_02" in deviations(history)


def test_an_end_that_is_no_end_of_the_way_is_noticed() -> None:
    history = history_of("termination")
    history[-1][1]["ended"] = "case_evaluated"
    assert deviations(history) == ["case_evaluated cannot follow termination"]


def test_what_follows_an_end_is_noticed() -> None:
    history = history_of("termination")
    assert any("after the end" in each for each in deviations([*history, history[-1]]))


def test_an_item_open_that_no_event_opened_is_noticed() -> None:
    case = RetentionCase.objects.select_related("instance").filter(outcome="running")[0]
    found = Replay(diagram_of(case.instance.definition_id))
    found.take("case.opened", {"opened": ["step_01"]})
    found.finish(["step_02"], over=False)
    assert found.deviations == ["the events leave ['step_01'] open, the trays ['step_02']"]
