"""What one move of a run did, and how it is written to the database in few statements."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arraigo import clock
from arraigo.engine import state
from arraigo.engine.decisions import Decision
from arraigo.engine.flow import Flow, Point
from arraigo.engine.models import Instance, Wait, WorkItem
from arraigo.engine.timers import moment

OnOpen = Callable[[WorkItem], None]
"""Places a work item before it is inserted: unit, assignee, priority, due time."""


@dataclass(frozen=True)
class Advance:
    """What one move of a run did."""

    instance: Instance
    opened: list[WorkItem] = field(default_factory=list)
    cancelled: list[WorkItem] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    """Waits that began."""
    ended_waits: list[Wait] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    """Ids of the elements passed, in order: the way taken."""
    ended: bool = False
    outcome: str = ""
    """The end element reached, or the reason of a withdrawal; empty while the run goes on."""


def scalars(facts: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` as JSON scalars: amounts as numbers. Raises TypeError for anything that is not a scalar."""
    return {name: _scalar(name, value) for name, value in facts.items()}


def _scalar(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"The fact {name!r} is a {type(value).__name__}: give text, a number, yes or no.")


class Move:
    """One move of a run: what stood open before it, and what has to be written after it."""

    def __init__(self, instance: Instance, flow: Flow) -> None:
        self.instance, self.flow = instance, flow
        self.before = {point.token: point for point in flow.points()}

    def written(self, *, completed: str = "", on_open: OnOpen | None = None) -> Advance:
        """Write the run's new state, items and waits. `completed`: the token its caller writes itself."""
        after = {point.token: point for point in self.flow.points()}
        gone = [point for token, point in self.before.items() if token not in after and token != completed]
        new = [point for token, point in after.items() if token not in self.before]
        _write_instance(self.instance, self.flow)
        cancelled, ended_waits = end_open(self.instance, gone, self.flow.interrupted_by)
        opened, waits = _begin(self.instance, self.flow, new, on_open)
        return Advance(
            self.instance, opened, cancelled, waits, ended_waits, self.flow.decisions, self.flow.passed,
            self.flow.completed, self.flow.outcome,
        )  # fmt: skip


def _write_instance(instance: Instance, flow: Flow) -> None:
    instance.facts, instance.state_version = flow.facts, state.VERSION
    if flow.completed:
        instance.status, instance.outcome = Instance.Status.COMPLETED, flow.outcome
        instance.state, instance.ended_at = "", clock.now()
    else:
        instance.state = state.dump(flow)
    if instance.pk is None:
        instance.save(force_insert=True)
    else:
        instance.save(update_fields=["facts", "state", "state_version", "status", "outcome", "ended_at"])


def end_open(instance: Instance, points: Iterable[Point], outcome: str) -> tuple[list[WorkItem], list[Wait]]:
    """Cancel the open items, and end the waits, of `points`."""
    held: dict[bool, list[str]] = {True: [], False: []}
    for point in points:
        held[point.is_task].append(point.token)
    items = _cancel(instance, held[True], outcome) if held[True] else []
    return items, _end(instance, held[False]) if held[False] else []


def _cancel(instance: Instance, tokens: list[str], outcome: str) -> list[WorkItem]:
    now = clock.now()
    items = list(WorkItem.objects.filter(instance=instance, token__in=tokens, status=WorkItem.Status.OPEN))
    for item in items:
        item.instance = instance
        item.status, item.outcome, item.completed_at = WorkItem.Status.CANCELLED, outcome, now
    WorkItem.objects.filter(pk__in=[item.pk for item in items]).update(
        status=WorkItem.Status.CANCELLED, outcome=outcome, completed_at=now
    )
    return items


def _end(instance: Instance, tokens: list[str]) -> list[Wait]:
    now = clock.now()
    waits = list(Wait.objects.filter(instance=instance, token__in=tokens, ended_at=None))
    for wait in waits:
        wait.instance, wait.ended_at = instance, now
    Wait.objects.filter(pk__in=[wait.pk for wait in waits]).update(ended_at=now)
    return waits


def _begin(
    instance: Instance, flow: Flow, points: list[Point], on_open: OnOpen | None
) -> tuple[list[WorkItem], list[Wait]]:
    now = clock.now()
    items, waits = [], []
    for point in points:
        common: dict[str, Any] = {
            "instance": instance, "token": point.token, "element": point.element, "created_at": now
        }  # fmt: skip
        if point.moment:
            waits.append(Wait(**common, kind=Wait.Kind.TIMER, wake_at=moment(point.moment)))
        elif point.message:
            waits.append(Wait(**common, kind=Wait.Kind.MESSAGE, message=point.message))
        else:
            items.append(WorkItem(**common, role=flow.program.roles[point.element]))
    for item in items if on_open else ():
        on_open(item)  # type: ignore[misc]
    return (
        WorkItem.objects.bulk_create(items) if items else [],
        Wait.objects.bulk_create(waits) if waits else [],
    )
