"""What validation finds, and what its parts share."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from arraigo.engine import parse


@dataclass(frozen=True)
class Problem:
    """One fault of a version: the element (or decision) it is at, and a plain sentence."""

    element: str
    sentence: str


@dataclass(frozen=True)
class Surroundings:
    """What a diagram and its tables may refer to."""

    facts: Set[str]
    policy: Mapping[str, Any]
    roles: Set[str]
    steps: Set[str]
    decisions: Mapping[str, Any]


FLOW_NODES = {name.rpartition("}")[2] for name in parse.DiagramParser.PARSER_CLASSES}
"""Local names of the elements that a token passes."""


class Diagram:
    """The diagram's XML with the lookups that validation needs. Ids may be missing, double or wrong."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.nodes = [node for node in root.iter() if parse.tag(node) in FLOW_NODES]
        self.flows = list(self.all("sequenceFlow"))
        self.by_id: dict[str, Any] = {node.get("id"): node for node in root.iter() if node.get("id")}
        self.roles = parse.roles_by_element(root)

    def all(self, name: str) -> Iterator[Any]:
        """Every BPMN element with this local name, in the file's order."""
        return (node for node in self.root.iter(f"{{{parse.BPMN}}}{name}"))

    def of(self, name: str) -> list[Any]:
        """The flow nodes with this local name."""
        return [node for node in self.nodes if parse.tag(node) == name]

    def outgoing(self, node: Any) -> list[Any]:
        return [flow for flow in self.flows if flow.get("sourceRef") == node.get("id")]

    def incoming(self, node: Any) -> list[Any]:
        return [flow for flow in self.flows if flow.get("targetRef") == node.get("id")]

    def boundaries(self, node: Any) -> list[Any]:
        """The boundary events that hang on `node`."""
        return [event for event in self.of("boundaryEvent") if event.get("attachedToRef") == node.get("id")]

    def process(self, node: Any) -> str:
        """Id of the process that `node` lies in."""
        return next((each.get("id", "") for each in node.iterancestors(f"{{{parse.BPMN}}}process")), "")


def name_of(node: Any) -> str:
    """The id of the nearest element that a person sees and that has one, to name it in a sentence."""
    if parse.tag(node).endswith("EventDefinition"):
        node = node.getparent()
    return next((each.get("id") for each in (node, *node.iterancestors()) if each.get("id")), parse.tag(node))


def event_definitions(node: Any) -> list[Any]:
    """What an event waits for or throws."""
    return [child for child in node if parse.tag(child).endswith("EventDefinition")]


def problem(at: str, sentence: str, /, **given: object) -> Problem:
    """The problem of the element `at`; `sentence` is filled with `given` and names it as `element`."""
    return Problem(at, sentence % {"element": at, **given})
