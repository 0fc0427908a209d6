"""The diagram as a graph, read independently of the engine that runs it: to check what the engine did."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from arraigo.engine.expressions import evaluate
from arraigo.engine.models import Definition
from arraigo.engine.names import names
from arraigo.engine.parse import BPMN, decision_ref, safe_xml

STOPS = {"userTask", "receiveTask", "intermediateCatchEvent"}
"""Where a run waits for a person, a message or a time."""


@dataclass(frozen=True)
class Flow:
    target: str
    condition: str
    """Empty: none, or the gateway's default."""


@dataclass
class Node:
    """One element of the diagram."""

    id: str
    kind: str
    process: str
    decision: str = ""
    calls: str = ""
    attached_to: str = ""
    error: str = ""
    message: str = ""
    flows: list[Flow] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """A decision as the history tells it."""

    name: str
    outputs: Mapping[str, Any]


class Diagram:
    """All elements of a definition, and which of them can come next."""

    def __init__(self, bpmn: str) -> None:
        self.nodes: dict[str, Node] = {}
        for process in safe_xml(bpmn).iter(f"{{{BPMN}}}process"):
            for element in process:
                self._read(element, process.get("id"))

    def _read(self, element: Any, process: str) -> None:
        kind = etree.QName(element).localname
        if kind == "sequenceFlow":
            condition = element.findtext(f"{{{BPMN}}}conditionExpression") or ""
            self._node(element.get("sourceRef")).flows.append(Flow(element.get("targetRef"), condition.strip()))
        elif kind != "laneSet":
            node = self._node(element.get("id"))
            node.kind, node.process = kind, process
            node.decision, node.calls = decision_ref(element), element.get("calledElement", "")
            node.attached_to = element.get("attachedToRef", "")
            for part in element.iter():
                node.error = node.error or part.get("errorRef", "")
                node.message = node.message or part.get("messageRef", "")

    def _node(self, key: str) -> Node:
        return self.nodes.setdefault(key, Node(key, "", ""))

    def after(self, key: str, taken: Sequence[Taken] = ()) -> set[str]:
        """Elements where a run can stand after leaving `key`, having taken exactly these decisions.

        Stops, and the ends of the outermost process. A join counts as passed and as waiting.
        """
        return {stop for flow in self.nodes[key].flows for stop in self._into(flow.target, tuple(taken), {})}

    def started(self, process: str) -> set[str]:
        """Where a run can stand right after the start of `process`."""
        return {stop for node in self._starts(process) for stop in self.after(node.id)}

    def after_message(self, message: str) -> set[str]:
        """Where a run can stand after an interrupting message that `message` names."""
        events = [n for n in self.nodes.values() if n.attached_to and n.message.endswith(message)]
        return {stop for event in events for stop in self.after(event.id)}

    def timers(self) -> list[str]:
        return [node.id for node in self.nodes.values() if node.kind == "intermediateCatchEvent"]

    def _starts(self, process: str) -> list[Node]:
        return [n for n in self.nodes.values() if n.kind == "startEvent" and n.process == process]

    def _into(self, key: str, taken: tuple[Taken, ...], known: Mapping[str, Any]) -> Iterator[str]:
        node = self.nodes[key]
        if node.decision:
            if not taken or taken[0].name != node.decision:
                return
            taken, known = taken[1:], {**known, **taken[0].outputs}
        if node.kind in STOPS:
            if not taken:
                yield key
        elif node.kind == "endEvent":
            yield from self._ended(node, taken, known)
        elif node.calls:
            for start in self._starts(node.calls):
                yield from self._on(start, taken, known)
        else:
            if node.kind == "parallelGateway" and not taken:
                yield key
            yield from self._on(node, taken, known)

    def _on(self, node: Node, taken: tuple[Taken, ...], known: Mapping[str, Any]) -> Iterator[str]:
        for flow in _open_flows(node, known):
            yield from self._into(flow.target, taken, known)

    def _ended(self, end: Node, taken: tuple[Taken, ...], known: Mapping[str, Any]) -> Iterator[str]:
        """Out of a called process: by the error's boundary, or along the caller's own flow."""
        callers = [n for n in self.nodes.values() if n.calls == end.process]
        if not callers and not taken:
            yield end.id
        for caller in callers:
            if end.error:
                yield from self._caught(end, caller, taken, known)
            else:
                yield from self._on(caller, taken, known)

    def _caught(self, end: Node, caller: Node, taken: tuple[Taken, ...], known: Mapping[str, Any]) -> Iterator[str]:
        """The boundary that catches the error, at the caller or further out."""
        boundaries = [n for n in self.nodes.values() if n.attached_to == caller.id and n.error == end.error]
        for boundary in boundaries:
            yield from self._on(boundary, taken, known)
        if not boundaries:
            yield from self._ended(Node(end.id, end.kind, caller.process, error=end.error), taken, known)


def _open_flows(node: Node, known: Mapping[str, Any]) -> Iterator[Flow]:
    """The flows that may be taken: a condition over facts that are not known here may hold or not."""
    for flow in node.flows:
        if not flow.condition or not set(names(flow.condition)) <= known.keys():
            yield flow
        elif evaluate(flow.condition, known, {}):
            yield flow
            return


@lru_cache(maxsize=16)
def diagram_of(definition_id: int) -> Diagram:
    """The graph of a published definition, which never changes."""
    return Diagram(Definition.objects.get(pk=definition_id).bpmn)
