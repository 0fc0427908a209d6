"""Whether a case went as its diagram says: its events replayed, one after the other."""

from collections.abc import Iterable, Mapping
from typing import Any

from arraigo.engine.models import WorkItem
from arraigo.eventlog.models import Event
from arraigo.retention.models import RetentionCase
from tests.diagram import Diagram, Taken, diagram_of

PROCESS = "case"
MESSAGES = {
    "case.insisted": "insists",
    "case.stayed": "stays",
    "case.stayed_as_is": "closed_elsewhere",
    "case.closed_elsewhere": "closed_elsewhere",
}
KINDS = ("case.opened", "case.step_completed", "case.woken", *MESSAGES)


def replay(case: RetentionCase) -> list[str]:
    """What deviates from the diagram in the history of `case`, as sentences; empty where nothing does."""
    events = Event.objects.filter(case_number=case.number, kind__in=KINDS).order_by("id")
    found = Replay(diagram_of(case.instance.definition_id))
    for kind, data in events.values_list("kind", "data"):
        found.take(kind, data)
    items = WorkItem.objects.filter(instance_id=case.instance_id, status=WorkItem.Status.OPEN)
    found.finish(items.values_list("element", flat=True), over=case.closed_at is not None)
    return found.deviations


class Replay:
    """The run as the events tell it: what is open, whether it has ended, what was wrong on the way."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.open: list[str] = []
        self.ended = ""
        self.deviations: list[str] = []

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        """Go on by one event."""
        if self.ended:
            self.deviations.append(f"{kind} after the end {self.ended}")
        if kind == "case.step_completed":
            self._complete(data["element"])
        for element in data.get("cancelled", []):
            self._close(element, "cancelled")
        reachable = self._reachable(kind, data)
        opened, ended = list(data.get("opened", [])), data.get("ended", "")
        told = data.get("element", kind)
        for element in [*opened, *([ended] if ended else [])]:
            if element not in reachable:
                self.deviations.append(f"{element} cannot follow {told}")
        if not opened and not ended and not reachable:
            self.deviations.append(f"the decisions recorded at {told} are on no way from it")
        self.open += opened
        self.ended = ended or self.ended

    def finish(self, still_open: Iterable[str], *, over: bool) -> None:
        """Compare what the events leave open with what is open."""
        if sorted(self.open) != sorted(still_open):
            self.deviations.append(f"the events leave {sorted(self.open)} open, the trays {sorted(still_open)}")
        if over != bool(self.ended):
            self.deviations.append(f"the case is {'over' if over else 'running'}, the events end in {self.ended!r}")

    def _complete(self, element: str) -> None:
        if element not in self.diagram.nodes:
            self.deviations.append(f"{element} is not in the diagram")
        elif self.diagram.nodes[element].kind == "userTask":
            self._close(element, "completed")

    def _close(self, element: str, how: str) -> None:
        if element in self.open:
            self.open.remove(element)
        else:
            self.deviations.append(f"{element} was {how} without being open")

    def _reachable(self, kind: str, data: Mapping[str, Any]) -> set[str]:
        if kind == "case.opened":
            return self.diagram.started(PROCESS)
        if kind in MESSAGES:
            return self.diagram.after_message(MESSAGES[kind])
        taken = [Taken(each["name"], each["outputs"]) for each in data.get("decisions", [])]
        leaving = self.diagram.timers() if kind == "case.woken" else [data["element"]]
        known = [element for element in leaving if element in self.diagram.nodes]
        return {stop for element in known for stop in self.diagram.after(element, taken)}
