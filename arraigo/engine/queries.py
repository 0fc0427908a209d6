"""Reading runs: what is open, what waits, what is due."""

import datetime as dt

from django.db.models import Min, QuerySet

from arraigo import clock
from arraigo.engine.models import Instance, Urgency, Wait, WorkItem


def instance_of(key: str) -> Instance:
    """The run that people know as `key`. Raises Instance.DoesNotExist."""
    return Instance.objects.select_related("definition").get(key=key)


def open_items(instance_id: int) -> QuerySet[WorkItem]:
    """The open work items of a run, oldest first."""
    return WorkItem.objects.filter(instance_id=instance_id, status=WorkItem.Status.OPEN).order_by("id")


def tray(role: str) -> QuerySet[WorkItem]:
    """The open work items of a role, most urgent first."""
    return WorkItem.objects.filter(role=role, status=WorkItem.Status.OPEN).order_by(
        "-priority", Urgency("due_at"), "id"
    )


def open_waits(instance_id: int) -> QuerySet[Wait]:
    """What a run waits for, oldest first."""
    return Wait.objects.filter(instance_id=instance_id, ended_at=None).order_by("id")


def waiting_for(message: str) -> QuerySet[Wait]:
    """The waits for a message, oldest first."""
    return Wait.objects.filter(message=message, kind=Wait.Kind.MESSAGE, ended_at=None).order_by("id")


def due_waits() -> QuerySet[Wait]:
    """The waits whose time has come, longest due first."""
    return Wait.objects.filter(kind=Wait.Kind.TIMER, ended_at=None, wake_at__lte=clock.now()).order_by("wake_at", "id")


def due_instances(limit: int = 1000) -> list[int]:
    """Ids of at most `limit` runs that have something due, longest due first."""
    due = due_waits().order_by().values("instance_id").annotate(first=Min("wake_at")).order_by("first", "instance_id")
    return [row["instance_id"] for row in due[:limit]]


def next_wake() -> dt.datetime | None:
    """The next moment at which some run has something to do."""
    found = Wait.objects.filter(kind=Wait.Kind.TIMER, ended_at=None).aggregate(next=Min("wake_at"))["next"]
    assert found is None or isinstance(found, dt.datetime)
    return found
