"""Checking the way tokens take: ids, lanes, reachability, gateways."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine import parse
from arraigo.engine.problems import Diagram, Problem, Surroundings, event_definitions, problem

SPLITS = {"exclusiveGateway", "parallelGateway"}


def check_ids(diagram: Diagram) -> Iterator[Problem]:
    """Ids: every flow node has one, no two elements share one."""
    for node in diagram.nodes:
        if not node.get("id"):
            yield problem("", _("An element of kind “%(kind)s” has no id."), kind=parse.tag(node))
    counted = Counter(node.get("id") for node in diagram.root.iter() if node.get("id"))
    for name, count in counted.items():
        if count > 1:
            yield problem(
                name,
                _("The id “%(element)s” is used %(count)d times: give each element its own."),
                count=count,
            )


def check_lanes(diagram: Diagram, around: Surroundings) -> Iterator[Problem]:
    """Lanes: each names a role, and every task of a person lies in one."""
    for lane in diagram.all("lane"):
        name = lane.get("id", "")
        if parse.role_of_lane(name) not in around.roles:
            yield problem(name, _("The lane “%(element)s” names no known role."))
    for node in diagram.of("userTask"):
        if node.get("id") not in diagram.roles:
            yield problem(node.get("id"), _("“%(element)s” lies in no lane: nobody would do it."))
    held = Counter((each.text or "").strip() for each in diagram.all("flowNodeRef"))
    for name, count in held.items():
        if count > 1:
            yield problem(name, _("“%(element)s” lies in more than one lane."))


def check_flows(diagram: Diagram) -> Iterator[Problem]:
    """Flows: each leads from one element to another of its own process."""
    for flow in diagram.flows:
        ends = [diagram.by_id.get(flow.get(end, "")) for end in ("sourceRef", "targetRef")]
        name = flow.get("id", "")
        if None in ends:
            yield problem(name, _("The flow “%(element)s” does not join two elements of the diagram."))
        elif len({diagram.process(end) for end in (flow, *ends)}) > 1:
            yield problem(name, _("The flow “%(element)s” leaves its process."))


def check_reach(diagram: Diagram) -> Iterator[Problem]:
    """Starts and ends: every element is reached from the start and gets to an end."""
    for process in diagram.all("process"):
        yield from _starts(diagram, process)
    reached = _reached(diagram)
    ending = _ending(diagram)
    for node in diagram.nodes:
        name = node.get("id")
        if name and name not in reached:
            yield problem(name, _("“%(element)s” cannot be reached from the start."))
        if parse.tag(node) == "endEvent":
            continue
        if not diagram.outgoing(node):
            yield problem(name, _("“%(element)s” leads nowhere: draw a flow from it, or make it an end."))
        elif name not in ending and _says_it(node, diagram, ending):
            yield problem(name, _("From “%(element)s” no end can be reached."))


def _says_it(node: Any, diagram: Diagram, ending: set[str]) -> bool:
    """Whether to name `node` for having no end ahead: where the start has none, it alone is named."""
    starts = [each for each in diagram.of("startEvent") if diagram.process(each) == diagram.process(node)]
    return node in starts or all(each.get("id") in ending for each in starts)


def _starts(diagram: Diagram, process: Any) -> Iterator[Problem]:
    name = process.get("id", "")
    starts = [node for node in diagram.of("startEvent") if diagram.process(node) == name]
    if len(starts) != 1:
        yield problem(
            name,
            _("The process “%(element)s” has %(count)d start events: give it exactly one."),
            count=len(starts),
        )
    for start in starts:
        if event_definitions(start) or diagram.incoming(start):
            yield problem(
                start.get("id"),
                _("The start “%(element)s” must begin at once: nothing enters it, and it waits for nothing."),
            )
    if process.get("isExecutable", "true") != "true":
        yield problem(name, _("The process “%(element)s” is not marked as executable."))


def _next(diagram: Diagram, node: Any) -> Iterator[str]:
    yield from (flow.get("targetRef", "") for flow in diagram.outgoing(node))
    yield from (event.get("id", "") for event in diagram.boundaries(node))


def _reached(diagram: Diagram) -> set[str]:
    found: set[str] = set()
    waiting = [node.get("id", "") for node in diagram.of("startEvent")]
    while waiting:
        name = waiting.pop()
        if name in diagram.by_id and name not in found:
            found.add(name)
            waiting.extend(_next(diagram, diagram.by_id[name]))
    return found


def _ending(diagram: Diagram) -> set[str]:
    """Ids of the elements from which an end can be reached by flows alone."""
    found = {node.get("id", "") for node in diagram.of("endEvent")}
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        for flow in diagram.flows:
            source = flow.get("sourceRef", "")
            if flow.get("targetRef") == name and source not in found:
                found.add(source)
                waiting.append(source)
    return found


def check_splits(diagram: Diagram) -> Iterator[Problem]:
    """Where ways part: only at gateways, exclusive ones with conditions and a default."""
    for node in diagram.nodes:
        flows = diagram.outgoing(node)
        kind, name = parse.tag(node), node.get("id", "")
        if kind == "endEvent" and flows:
            yield problem(name, _("The end “%(element)s” has a flow leaving it: take it out."))
        elif kind == "exclusiveGateway" and len(flows) > 1:
            yield from _exclusive(node, flows)
            continue
        elif len(flows) > 1 and kind not in SPLITS:
            yield problem(
                name,
                _("“%(element)s” has %(count)d flows leaving it: put a gateway after it."),
                count=len(flows),
            )
        for flow in flows:
            if _condition(flow) is not None:
                yield problem(
                    flow.get("id", ""),
                    _("The flow “%(element)s” has a condition that is never looked at: take it out."),
                )


def _condition(flow: Any) -> Any:
    return next((child for child in flow if parse.tag(child) == "conditionExpression"), None)


def _exclusive(node: Any, flows: list[Any]) -> Iterator[Problem]:
    name, default = node.get("id", ""), node.get("default")
    if default not in {flow.get("id") for flow in flows}:
        yield problem(
            name,
            _("The gateway “%(element)s” has no default flow: mark the one that is taken when no condition holds."),
        )
    for flow in flows:
        has_condition = _condition(flow) is not None
        given = {"element": flow.get("id", ""), "gateway": name}
        if flow.get("id") == default and has_condition:
            yield Problem(
                given["element"],
                _("The flow “%(element)s” has a condition that is never looked at: take it out.") % given,
            )
        elif flow.get("id") != default and not has_condition:
            yield Problem(
                given["element"],
                _("The flow “%(element)s” leaves the gateway “%(gateway)s” without a condition.") % given,
            )
