"""Writing to the event log. Events are written by the action that makes the change."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.people.models import User

_gathered: ContextVar[list[Event] | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Insert the events recorded inside the block in one statement at its end.

    For an action that calls others inside its transaction. Where the block fails nothing is
    inserted; its transaction is undone with it.
    """
    if _gathered.get() is not None:
        yield
        return
    events: list[Event] = []
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    Event.objects.bulk_create(events)


def record(
    kind: str,
    subject: Any,
    *,
    actor: User | None,
    case_number: str = "",
    version: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """Append the event `kind` about the saved record `subject`; call it inside the transaction of the change.

    `data` carries what a reader needs to understand the change (before and after, amounts as text
    in Bs, moments as ISO text); it must be JSON.
    """
    event = Event(
        at=clock.now(),
        actor=actor,
        kind=kind,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        case_number=case_number,
        version=version,
        data=data or {},
    )
    gathered = _gathered.get()
    if gathered is None:
        event.save(force_insert=True)
    else:
        gathered.append(event)
    return event
