"""Checking what elements refer to: facts, policy, tables, steps, processes, messages and errors."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine import names, parse
from arraigo.engine.problems import Diagram, Problem, Surroundings, event_definitions, problem

EVENTS = {
    "boundaryEvent": {"errorEventDefinition", "messageEventDefinition", "timerEventDefinition"},
    "intermediateCatchEvent": {"messageEventDefinition", "timerEventDefinition"},
    "endEvent": {"errorEventDefinition"},
}

RUN = set().union(*EVENTS.values())
"""What an event may wait for or throw at all; other kinds are named for themselves already."""


def check_conditions(diagram: Diagram, around: Surroundings) -> Iterator[Problem]:
    """Conditions: readable, and naming only facts and policy values."""
    for condition in diagram.all("conditionExpression"):
        name, expression = condition.getparent().get("id", ""), (condition.text or "").strip()
        given = {"element": name, "expression": expression}
        if reason := names.fault(expression):
            yield problem(
                name,
                _("The condition of “%(element)s” cannot be read: “%(expression)s” (%(reason)s)."),
                **given,
                reason=reason,
            )
            continue
        for unknown in names.unknown(expression, around.facts, around.policy):
            yield problem(
                name,
                _(
                    "The condition of “%(element)s” names “%(unknown)s”, which is neither a declared "
                    "fact nor a policy value."
                ),
                **given,
                unknown=unknown,
            )


def check_tasks(diagram: Diagram, around: Surroundings) -> Iterator[Problem]:
    """Tasks: those of people and messages have a step file, business rules a table."""
    for node in (*diagram.of("userTask"), *diagram.of("receiveTask")):
        name = node.get("id", "")
        if name not in around.steps:
            yield problem(name, _("“%(element)s” has no step file: nothing would be done in it."))
    for node in diagram.of("businessRuleTask"):
        name, table = node.get("id", ""), parse.decision_ref(node)
        if not table:
            yield problem(name, _("“%(element)s” names no decision."))
        elif table not in around.decisions:
            yield problem(name, _("“%(element)s” asks the decision “%(decision)s”, which is missing."), decision=table)


def check_calls(diagram: Diagram) -> Iterator[Problem]:
    """Calls: of processes that exist, never in a circle, with one process that none calls."""
    processes = set(parse.process_ids(diagram.root))
    for node in diagram.of("callActivity"):
        if node.get("calledElement") not in processes:
            yield problem(
                node.get("id", ""),
                _("“%(element)s” calls the process “%(process)s”, which is not in the diagram."),
                process=node.get("calledElement", ""),
            )
    outermost = processes - parse.called_processes(diagram.root)
    if len(outermost) != 1:
        yield problem("", _("%(count)d processes are called by no other: exactly one must be."), count=len(outermost))
    for process in sorted(processes):
        if process in _callers(diagram, process):
            yield problem(process, _("The process “%(element)s” calls itself."))


def _callers(diagram: Diagram, process: str) -> set[str]:
    """Ids of the processes that call `process`, directly or through others."""
    found: set[str] = set()
    waiting = [process]
    while waiting:
        called = waiting.pop()
        for node in diagram.of("callActivity"):
            caller = diagram.process(node)
            if node.get("calledElement") == called and caller not in found:
                found.add(caller)
                waiting.append(caller)
    return found


def check_events(diagram: Diagram, around: Surroundings) -> Iterator[Problem]:
    """Events: of the kinds that are run, with a known message, error or moment."""
    messages = {each.get("id") for each in diagram.all("message") if each.get("name")}
    errors = {each.get("id") for each in diagram.all("error") if each.get("errorCode")}
    for node in diagram.nodes:
        kind, name = parse.tag(node), node.get("id", "")
        definitions = event_definitions(node)
        if kind in EVENTS:
            yield from _kinds(node, [parse.tag(each) for each in definitions])
        waits = [node] if kind == "receiveTask" else definitions
        for each in waits:
            if parse.tag(each) in ("receiveTask", "messageEventDefinition") and each.get("messageRef") not in messages:
                yield problem(name, _("“%(element)s” waits for a message that is not in the diagram."))
            elif parse.tag(each) == "errorEventDefinition" and each.get("errorRef") not in errors:
                yield problem(name, _("“%(element)s” names an error that is not in the diagram."))
            elif parse.tag(each) == "timerEventDefinition":
                yield from _timer(name, each, around)
    yield from _boundaries(diagram)
    yield from _uncaught(diagram)


def _kinds(node: Any, found: list[str]) -> Iterator[Problem]:
    kind, name = parse.tag(node), node.get("id", "")
    if not set(found) <= RUN:
        return
    at_least = 0 if kind == "endEvent" else 1
    if not at_least <= len(found) <= 1 or not set(found) <= EVENTS[kind]:
        yield problem(
            name,
            _(
                "The event “%(element)s” is of a kind that is not run here: an event waits for one "
                "message or moment, a boundary catches these or an error, an end is plain or an error."
            ),
        )


def _timer(name: str, timer: Any, around: Surroundings) -> Iterator[Problem]:
    dates = [(each.text or "").strip() for each in timer if parse.tag(each) == "timeDate"]
    others = [each for each in timer if parse.tag(each) in ("timeDuration", "timeCycle")]
    if others or len(dates) != 1:
        yield problem(name, _("The timer “%(element)s” must wait for one date."))
    elif dates[0] not in around.facts:
        yield problem(
            name,
            _("The timer “%(element)s” waits for “%(expression)s”, which is not a declared fact."),
            expression=dates[0],
        )


def _boundaries(diagram: Diagram) -> Iterator[Problem]:
    for node in diagram.of("boundaryEvent"):
        name, on = node.get("id", ""), diagram.by_id.get(node.get("attachedToRef", ""))
        if on is None:
            yield problem(name, _("“%(element)s” hangs on an element that is not in the diagram."))
        if node.get("cancelActivity", "true") != "true":
            yield problem(name, _("“%(element)s” does not interrupt: a boundary event here always does."))


def _uncaught(diagram: Diagram) -> Iterator[Problem]:
    """Ends that throw an error which no caller of their process catches."""
    for node in diagram.of("endEvent"):
        for definition in event_definitions(node):
            error = definition.get("errorRef")
            if parse.tag(definition) == "errorEventDefinition" and not _is_caught(
                diagram, diagram.process(node), error
            ):
                yield problem(node.get("id", ""), _("The error of “%(element)s” is caught nowhere."))


def _is_caught(diagram: Diagram, process: str, error: str, below: frozenset[str] = frozenset()) -> bool:
    """Whether every way up from `process` has a boundary for `error`. `below`: the way so far."""
    calls = [node for node in diagram.of("callActivity") if node.get("calledElement") == process]
    way = below | {process}
    return bool(calls) and all(
        _catches(diagram, call, error)
        or (diagram.process(call) not in way and _is_caught(diagram, diagram.process(call), error, way))
        for call in calls
    )


def _catches(diagram: Diagram, call: Any, error: str) -> bool:
    return any(
        definition.get("errorRef") == error
        for event in diagram.boundaries(call)
        for definition in event_definitions(event)
    )
