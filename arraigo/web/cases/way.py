"""The way that a case has taken: its stops in order, as a table and as a strip of short words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.compiled import compiled
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.people.models import User
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import handler
from arraigo.web.cases import access

WAITS = {
    "wait_post_visit": _("Waits for the quality control after the visit"),
    "wait_post_service": _("Waits for the control of repeated faults"),
    "step_15": _("15. Waits for the monthly evaluation"),
}
"""What an instance waits for, by element; messages that may always come are not shown."""

RECENT = 2
"""Steps before the present one that the diagram shows with it, where the whole way is too long to be read."""

SHORT: dict[str, Promise] = {
    "step_01": _("1 Background"),
    "override": _("Authorisation"),
    "inform": _("Told why"),
    "step_02": _("2 Repeated faults"),
    "step_03": _("3 Negotiation"),
    "step_03_recurrence": _("3 Negotiation again"),
    "approve_03": _("Approval"),
    "approve_03_management": _("Approval of management"),
    "step_04": _("4 Billing claim"),
    "step_05": _("5 Work order"),
    "step_06": _("6 Print"),
    "step_07": _("7 Visit"),
    "step_08": _("8 Signatures"),
    "step_08_unsolved": _("8 Signatures"),
    "route_to_plant": _("To plant"),
    "step_09": _("9 Control, 2 days"),
    "step_10": _("10 Control, 30 days"),
    "step_11": _("11 Request"),
    "step_12": _("12 Compensation"),
    "approve_12": _("Approval"),
    "approve_12_management": _("Approval of management"),
    "step_13": _("13 Claim"),
    "step_14": _("14 Courtesy"),
    "transfer": _("Transfer"),
    "termination": _("Termination"),
    "wait_post_visit": _("Wait for control 9"),
    "wait_post_service": _("Wait for control 10"),
    "step_15": _("15 Evaluation"),
}
"""Each stop in one or two words, with its number in the document."""


@dataclass(frozen=True)
class Stop:
    """One stop on the way that the case has taken."""

    title: str | Promise
    item: WorkItem | None = None
    wait: Wait | None = None
    mine: bool = False

    @property
    def short(self) -> str | Promise:
        record = self.item or self.wait
        assert record is not None
        return SHORT.get(record.element, self.title)

    @property
    def css(self) -> str:
        if self.item is not None:
            return {"open": "is-active", "completed": "is-done"}.get(self.item.status, "is-off")
        if self.wait is None or self.wait.ended_at is None:
            return "is-waiting"
        return "is-done" if came_to_its_end(self.wait) else "is-off"


def came_to_its_end(wait: Wait) -> bool:
    """Whether what was waited for came; a wait that was broken off, or taken back, ended before its time."""
    return wait.ended_at is not None and (wait.wake_at is None or wait.ended_at >= wait.wake_at)


def title(element: str) -> str | Promise:
    """The name of a step for people."""
    return handler(element).title


def way(items: list[WorkItem], waits: list[Wait], user: User) -> list[Stop]:
    """Work items and waits in the order in which they came up; what is still waited for comes last."""
    stops = [Stop(title(item.element), item=item, mine=access.may_do(user, item)) for item in items]
    stops += [Stop(WAITS[wait.element], wait=wait) for wait in waits]
    return sorted(stops, key=_began)


def _began(stop: Stop) -> Any:
    record = stop.item or stop.wait
    assert record is not None
    ahead = stop.wait is not None and stop.wait.ended_at is None
    return ahead, record.created_at, stop.wait is not None, record.pk


def shown_waits(case: RetentionCase) -> list[Wait]:
    """The waits on the way; one for the evaluation that ended before the case was evaluated was taken back, or
    overtaken by the customer who insisted."""
    waits, evaluated = _waits(case.instance_id), case.outcome == RetentionCase.Outcome.EVALUATED
    return [wait for wait in waits if wait.wake_at or wait.ended_at is None or evaluated]


@compiled
def _waits(instance: int) -> QuerySet[Wait]:
    return Wait.objects.filter(instance=instance, element__in=WAITS).order_by("id")


def marks(items: list[WorkItem], waits: list[Wait], events: list[Event]) -> dict[str, Any]:
    """Elements of the diagram that are done, those where the case stands, the last few of both (`recent`), and those
    that were passed and opened together (`legs`)."""
    done = {item.element for item in items if item.status == WorkItem.Status.COMPLETED}
    done |= {wait.element for wait in waits if came_to_its_end(wait)}
    done |= {element for event in events for element in event.data.get("passed", [])}
    active = {item.element for item in items if item.status == WorkItem.Status.OPEN}
    active |= {wait.element for wait in waits if not wait.ended_at}
    ended = [item.element for item in items if item.status == WorkItem.Status.COMPLETED and item.element not in active]
    recent = [*dict.fromkeys(reversed(ended))][:RECENT]
    legs = [[*event.data["passed"], *event.data.get("opened", [])] for event in events if event.data.get("passed")]
    done = {"request", *done} - active
    return {"done": sorted(done), "active": sorted(active), "recent": [*sorted(active), *recent], "legs": legs}
