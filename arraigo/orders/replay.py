"""The 24 hours told again from what happened: every clock can be proved from its events."""

import datetime as dt
from collections.abc import Iterable

from arraigo.eventlog.models import Event

BEGINS = ("work_order.ordered", "work_order.followed")
ENDS = ("work_order.completed", "work_order.failed", "work_order.cancelled")


def due_at(events: Iterable[Event]) -> dt.datetime:
    """When an order falls due, by its `events` alone. Raises ValueError where its beginning is missing.

    An open pause has moved nothing yet. Events of before the pauses told their moments are taken at
    the time at which they were written.
    """
    due: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    for event in events:
        if event.kind in BEGINS:
            due = dt.datetime.fromisoformat(event.data["due_at"])
        elif event.kind == "work_order.paused":
            paused_at = _moment(event, "began_at")
        elif paused_at is not None and due is not None and _ends_pause(event):
            due += max(_moment(event, "pause_ended_at"), paused_at) - paused_at
            paused_at = None
    if due is None:
        raise ValueError("The event that begins the order is missing.")
    return due


def _ends_pause(event: Event) -> bool:
    return event.kind in {"work_order.resumed", "work_order.started", *ENDS}


def _moment(event: Event, name: str) -> dt.datetime:
    text = event.data.get(name)
    return dt.datetime.fromisoformat(text) if text else event.at
