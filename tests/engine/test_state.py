"""The stored state: a blob of every release still loads, it stays small, and a bad one says so."""

import json
from pathlib import Path

import pytest

from arraigo import clock
from arraigo.engine import state
from arraigo.engine.errors import StateUnreadable
from arraigo.engine.flow import Flow
from arraigo.engine.program import Program
from tests.engine.runs import NOON, program_from, small

BLOBS = sorted((Path(__file__).parent / "blobs").glob("*.json"))
FACTS = {"amount": 1, "check_at": "2026-03-12T12:00:00-04:00"}


@pytest.fixture(scope="module")
def program() -> Program:
    return program_from(small())


def flow_at_join(program: Program) -> Flow:
    """A run in which one branch waits at the join, and the other for its time."""
    flow = Flow(program, dict(FACTS))
    flow.settle()
    for element in ("measure", "do_it"):
        with clock.at(NOON):
            flow.complete(next(point.token for point in flow.points() if point.element == element))
    return flow


def restored(program: Program, text: str) -> Flow:
    return state.restore(program, dict(FACTS), text, version=state.VERSION, key="RUN-1")


@pytest.mark.parametrize("path", BLOBS, ids=lambda path: path.stem)
def test_the_state_of_every_release_still_runs(program: Program, path: Path) -> None:
    blob = json.loads(path.read_text())
    with clock.at(NOON):
        flow = state.restore(program, dict(FACTS), blob["state"], version=blob["version"], key="RUN-1")
    assert sorted(point.element for point in flow.points()) == ["stop", "wait_check"]
    with clock.at(NOON.replace(day=12)):
        flow.tick()
    check = next(point for point in flow.points() if point.element == "check")
    flow.complete(check.token)
    assert flow.receive("signed")
    assert (flow.completed, flow.outcome) == (True, "done")


def test_there_is_a_blob_of_the_present_format() -> None:
    assert state.VERSION in {json.loads(path.read_text())["version"] for path in BLOBS}


def test_a_branch_that_arrived_at_the_join_is_remembered(program: Program) -> None:
    flow = restored(program, state.dump(restored(program, state.dump(flow_at_join(program)))))
    with clock.at(NOON.replace(day=12)):
        flow.tick()
    flow.complete(next(point.token for point in flow.points() if point.element == "check"))
    assert sorted(point.element for point in flow.points()) == ["signed", "stop"]


def test_the_state_does_not_grow_with_reopenings(program: Program) -> None:
    flow = Flow(program, {**FACTS, "check_at": NOON.isoformat(), "failed": True})
    flow.settle()
    sizes = set()
    for _ in range(50):
        with clock.at(NOON):
            for element in ("measure", "check"):
                flow.complete(next(point.token for point in flow.points() if point.element == element))
        text = state.dump(flow)
        sizes.add(len(text))
        flow = state.restore(program, flow.facts, text, version=state.VERSION, key="RUN-1")
    assert len(sizes) == 1
    assert sizes.pop() < 600


@pytest.mark.parametrize(
    "text", ["", "{}", "[[]]", '[["","main",[["gone","C",-1]]]]', '[["","main",[["Start","?",-1]]]]']
)
def test_an_unreadable_state_names_the_run(program: Program, text: str) -> None:
    with pytest.raises(StateUnreadable, match="RUN-1"):
        restored(program, text)


def test_the_state_of_a_later_release_is_refused(program: Program) -> None:
    with pytest.raises(StateUnreadable, match="format is 99"):
        state.restore(program, {}, "[]", version=99, key="RUN-1")
