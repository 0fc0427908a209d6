"""Taking back the last move of a run, as long as nothing followed it.

A completed item keeps what the run was before and which rows its move opened and ended. The state after
the move is kept too: only while the run still has it is that move the last one.
"""

from typing import Any

from arraigo import clock
from arraigo.engine.advance import Advance
from arraigo.engine.errors import NotTheLast
from arraigo.engine.models import Instance, Wait, WorkItem


def told(advance: Advance) -> dict[str, Any]:
    """What a completed item keeps of its move, beside the state and the facts before it."""
    return {
        "after": advance.instance.state,
        "outcome": advance.outcome,
        "opened": [item.pk for item in advance.opened],
        "cancelled": [item.pk for item in advance.cancelled],
        "waits": [wait.pk for wait in advance.waits],
        "ended_waits": [wait.pk for wait in advance.ended_waits],
    }


def is_last(item: WorkItem) -> bool:
    """Whether the completing of `item` was the last thing that moved its run."""
    move, instance = item.move, item.instance
    if item.status != WorkItem.Status.COMPLETED or not move:
        return False
    return bool(move["after"] == instance.state and move["outcome"] == instance.outcome)


def take_back(item: WorkItem, *, outcome: str) -> Advance:
    """Put the run of `item` back to before its move. Raises NotTheLast."""
    if not is_last(item):
        raise NotTheLast(item.instance.key)
    instance, move, now = item.instance, item.move or {}, clock.now()
    opened = WorkItem.objects.filter(pk__in=move["opened"], status=WorkItem.Status.OPEN)
    cancelled = list(opened)
    opened.update(status=WorkItem.Status.CANCELLED, outcome=outcome, completed_at=now)
    begun = Wait.objects.filter(pk__in=move["waits"], ended_at=None)
    ended_waits = list(begun)
    begun.update(ended_at=now)
    again = [item.pk, *move["cancelled"]]
    WorkItem.objects.filter(pk__in=again).update(
        status=WorkItem.Status.OPEN, outcome="", completed_at=None, completed_by=None, move=None
    )
    waits = Wait.objects.filter(pk__in=move["ended_waits"])
    waits.update(ended_at=None)
    instance.state, instance.facts = move["state"], move["facts"]
    instance.status, instance.outcome, instance.ended_at = Instance.Status.RUNNING, "", None
    instance.save(update_fields=["state", "facts", "status", "outcome", "ended_at"])
    reopened = list(WorkItem.objects.filter(pk__in=again))
    return Advance(instance, opened=reopened, cancelled=cancelled, waits=list(waits), ended_waits=ended_waits)
