"""What BPMN says a run does, in the fewest words: tokens on the diagram. The engine is compared with it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from arraigo.engine import expressions, parse
from arraigo.engine.program import Program

WAITING = {"userTask", "receiveTask", "intermediateCatchEvent"}


@dataclass(eq=False)
class Scope:
    """One running process."""

    caller: "Token | None"
    tokens: list["Token"] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)


@dataclass(eq=False)
class Token:
    """A token resting on an element; on a call activity it holds what was called."""

    element: str
    scope: Scope
    called: Scope | None = None


class Model:
    """A run of `bpmn` by the book."""

    def __init__(self, bpmn: str, program: Program, facts: dict[str, Any]) -> None:
        self.root = parse.safe_xml(bpmn)
        self.nodes = {node.get("id"): node for node in self.root.iter() if node.get("id")}
        self.flows = [node for node in self.root.iter() if parse.tag(node) == "sequenceFlow"]
        self.program, self.facts, self.outcome = program, facts, ""
        self.top = Scope(None)
        self._begin(program.root, self.top)

    def standing(self) -> list[str]:
        """The elements that a person, a time or a message can move."""
        found = []
        for token in self._tokens(self.top):
            found += [event.get("id") for event in self._boundaries(token.element, "messageRef")]
            found += [token.element] if token.called is None else []
        return sorted(found)

    def move(self, element: str) -> None:
        """Let go on what rests at `element`, or hangs on its activity as a message."""
        node = self.nodes[element]
        is_boundary = parse.tag(node) == "boundaryEvent"
        at = node.get("attachedToRef") if is_boundary else element
        token = next(token for token in self._tokens(self.top) if token.element == at)
        token.scope.tokens.remove(token)
        self._leave(element, token.scope)

    def _tokens(self, scope: Scope) -> Iterator[Token]:
        for token in scope.tokens:
            yield token
            if token.called:
                yield from self._tokens(token.called)

    def _boundaries(self, element: str, reference: str) -> list[Any]:
        return [
            node
            for node in self.nodes.values()
            if node.get("attachedToRef") == element and any(child.get(reference) for child in node)
        ]

    def _begin(self, process: str, scope: Scope) -> None:
        start = next(node for node in self.nodes[process] if parse.tag(node) == "startEvent")
        self._leave(start.get("id"), scope)

    def _leave(self, element: str, scope: Scope) -> None:
        for flow in [flow for flow in self.flows if flow.get("sourceRef") == element]:
            self._enter(flow.get("targetRef"), scope)

    def _enter(self, element: str, scope: Scope) -> None:
        node, kind = self.nodes[element], parse.tag(self.nodes[element])
        if kind in WAITING:
            scope.tokens.append(Token(element, scope))
        elif kind == "businessRuleTask":
            self.facts.update(self.program.decisions.evaluate(parse.decision_ref(node), self.facts).outputs)
            self._leave(element, scope)
        elif kind == "exclusiveGateway":
            self._enter(self._chosen(node), scope)
        elif kind == "parallelGateway":
            self._join(element, scope)
        elif kind == "callActivity":
            token = Token(element, scope)
            token.called = Scope(token)
            scope.tokens.append(token)
            self._begin(node.get("calledElement"), token.called)
        else:
            self._end(node, scope)

    def _chosen(self, gateway: Any) -> str:
        flows = [flow for flow in self.flows if flow.get("sourceRef") == gateway.get("id")]
        for flow in flows:
            condition = next((child.text for child in flow if parse.tag(child) == "conditionExpression"), None)
            if condition and expressions.evaluate(condition, self.facts, self.program.policy) is True:
                return str(flow.get("targetRef"))
        return next(
            flow.get("targetRef") for flow in flows if len(flows) == 1 or flow.get("id") == gateway.get("default")
        )

    def _join(self, element: str, scope: Scope) -> None:
        scope.arrived[element] += 1
        if scope.arrived[element] == sum(flow.get("targetRef") == element for flow in self.flows):
            del scope.arrived[element]
            self._leave(element, scope)

    def _end(self, node: Any, scope: Scope) -> None:
        error = next((child.get("errorRef") for child in node if child.get("errorRef")), None)
        if error:
            self._throw(error, scope)
        elif scope.caller is None:
            self.outcome = node.get("id")
        elif not scope.tokens and not scope.arrived:
            scope.caller.scope.tokens.remove(scope.caller)
            self._leave(scope.caller.element, scope.caller.scope)

    def _throw(self, error: str, scope: Scope) -> None:
        caller = scope.caller
        assert caller is not None, error
        for event in self._boundaries(caller.element, "errorRef"):
            if any(child.get("errorRef") == error for child in event):
                caller.scope.tokens.remove(caller)
                self._leave(event.get("id"), caller.scope)
                return
        self._throw(error, caller.scope)
