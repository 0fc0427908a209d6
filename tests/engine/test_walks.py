"""Random walks through the real procedure: stored and restored at every step, beside what BPMN says."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from arraigo import clock
from arraigo.engine import parse, state
from arraigo.engine.flow import Flow, Point
from arraigo.engine.program import Program
from arraigo.procedure import policy
from tests.engine.model import Model
from tests.engine.runs import NOON, program_from, real

pytestmark = pytest.mark.one_database

WALKS = 250
MOST_STEPS = 400
LARGEST_STATE = 1200
"""Characters; an instance's state must stay small however often it is re-opened."""


def facts(chance: random.Random, reasons: list[str]) -> dict[str, object]:
    """What a step might report, at random."""
    month = chance.choice([50.0, 150.0, 500.0])
    return {
        "withdrawn_for_arrears": chance.random() < 0.15, "credit_listed": chance.random() < 0.15,
        "category": chance.choice(["standard", "vip"]), "average_billing": chance.choice([80.5, 499.99, 500]),
        "override_granted": chance.random() < 0.5, "wants_termination": chance.random() < 0.5,
        "fault_count": chance.randrange(4), "open_faults": chance.randrange(2),
        "recurred": chance.random() < 0.7,
        "confirmed_solution": chance.random() < 0.1, "disputed_solution": chance.random() < 0.1,
        "accepted": chance.random() < 0.6, "refusals": chance.randrange(3), "firm_no": chance.random() < 0.2,
        "offers_after_firm_no": chance.randrange(2), "minutes_after_firm_no": chance.randrange(12),
        "offered_compensation": chance.random() < 0.4, "offered_courtesy": chance.random() < 0.4,
        "reason": chance.choice(reasons),
        "demand": chance.choice(["compensation", "courtesy", "termination", ""]),
        "amount": chance.choice([10.0, month, 151.0, 601.0]), "product_month": month,
        "approved": chance.random() < 0.6, "solved": chance.random() < 0.7, "reopened": False,
        "post_visit_at": (NOON + dt.timedelta(days=2)).isoformat(),
        "post_service_at": (NOON + dt.timedelta(days=30)).isoformat(),
        "control_failed_09": chance.random() < 0.3, "control_failed_10": chance.random() < 0.3,
    }  # fmt: skip


def chosen(flow: Flow, chance: random.Random) -> Point:
    """One thing that may happen next: mostly a task done or a time come, now and then a message."""
    points = sorted(flow.points(), key=lambda point: point.element)
    tasks = [point for point in points if not point.moment and not point.message]
    times = [point for point in points if point.moment]
    messages = [point for point in points if point.message]
    if chance.random() < 0.1 or not (tasks or times):
        return chance.choice(messages)
    if times and (not tasks or chance.random() < 0.3):
        return min(times, key=lambda point: point.moment)
    return chance.choice(tasks)


def move(flow: Flow, point: Point) -> None:
    if point.message:
        assert flow.receive(point.message)
    elif point.moment:
        with clock.at(dt.datetime.fromisoformat(point.moment)):
            flow.tick()
    else:
        flow.complete(point.token)


def walk(bpmn: str, program: Program, chance: random.Random, reasons: list[str]) -> Iterator[Flow]:
    """One run to its end: stored and restored at every step, and compared with what BPMN says."""
    flow, model = Flow(program, {}), Model(bpmn, program, {})
    flow.settle()
    for _ in range(MOST_STEPS):
        text = state.dump(flow)
        assert len(text) < LARGEST_STATE
        flow = state.restore(program, flow.facts, text, version=state.VERSION, key="walk")
        assert sorted(point.element for point in flow.points()) == model.standing()
        point, told = chosen(flow, chance), facts(chance, reasons)
        flow.facts.update(told)
        model.facts.update(told)
        move(flow, point)
        model.move(point.element)
        yield flow
        if flow.completed:
            assert (model.outcome, model.standing()) == (flow.outcome, [])
            return
    pytest.fail(f"No end after {MOST_STEPS} steps: {model.standing()}")


def test_random_walks_reach_every_task_and_every_end() -> None:
    files = real()
    program = program_from(files)
    reasons = [*policy.plain(files.policy)["reason"], "unheard of"]
    seen: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for seed in range(WALKS):
        with clock.at(NOON):
            for flow in walk(files.bpmn, program, random.Random(seed), reasons):
                seen.update(flow.passed)
        ends[flow.outcome] += 1
    nodes = list(parse.safe_xml(files.bpmn).iter())
    drawn = {
        node.get("id") for node in nodes if parse.tag(node) in ("userTask", "receiveTask", "endEvent")
    }  # fmt: skip
    assert drawn - seen.keys() == set()
    assert len(ends) == 5, ends
