"""Ways that lead back to where they began without anybody being asked: a case would go round for ever."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine import parse
from arraigo.engine.problems import Diagram, Problem, event_definitions, problem

WAITING = {"userTask", "receiveTask", "intermediateCatchEvent"}
"""Kinds of elements at which a case stands until a person, a time or a message moves it."""


def check_circles(diagram: Diagram) -> Iterator[Problem]:
    """Circles: each passes a task, a time or a message. The first element of each that does not is named."""
    named: set[str] = set()
    for node in diagram.nodes:
        name = node.get("id", "")
        if not name or name in named or _waits(diagram, node):
            continue
        ahead = _ahead(diagram, name)
        if name in ahead:
            named |= {each for each in ahead if name in _ahead(diagram, each)}
            yield problem(
                name,
                _("From “%(element)s” the way leads back to it past no task, time or message: draw one into it."),
            )


def _ahead(diagram: Diagram, name: str) -> set[str]:
    """Ids of the elements that are reached from `name` by themselves; those that wait are not among them."""
    found: set[str] = set()
    waiting = _next(diagram, diagram.by_id[name])
    while waiting:
        each = waiting.pop()
        node = diagram.by_id.get(each)
        if node is not None and each not in found and not _waits(diagram, node):
            found.add(each)
            waiting += _next(diagram, node)
    return found


def _next(diagram: Diagram, node: Any) -> list[str]:
    """Where a flow leads from `node`, and the errors that a called process throws to it."""
    errors = [event.get("id", "") for event in diagram.boundaries(node) if _kinds(event) == {"errorEventDefinition"}]
    return [flow.get("targetRef", "") for flow in diagram.outgoing(node)] + errors


def _waits(diagram: Diagram, node: Any) -> bool:
    kind = parse.tag(node)
    if kind == "callActivity":
        return not _runs_through(diagram, node.get("calledElement", ""))
    return kind in WAITING or (kind == "boundaryEvent" and _kinds(node) != {"errorEventDefinition"})


def _runs_through(diagram: Diagram, process: str) -> bool:
    """Whether the called process may come to an end by itself; one that calls others is taken to wait in them."""
    own = [node for node in diagram.nodes if diagram.process(node) == process]
    if any(parse.tag(node) == "callActivity" for node in own):
        return False
    ends = {node.get("id") for node in own if parse.tag(node) == "endEvent"}
    return any(ends & _ahead(diagram, node.get("id", "")) for node in own if parse.tag(node) == "startEvent")


def _kinds(event: Any) -> set[str]:
    return {parse.tag(each) for each in event_definitions(event)}
