"""Writing to the event log. Events are written by the action that makes the change."""

from typing import Any

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.people.models import User


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
    return Event.objects.create(
        at=clock.now(),
        actor=actor,
        kind=kind,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        case_number=case_number,
        version=version,
        data=data or {},
    )
