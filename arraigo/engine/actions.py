"""The verbs of a run: start, complete, correlate, wake, withdraw, reassign.

The caller opens the transaction, and writes the event and whatever else belongs to the step in it.
Every verb first takes the lock of the instance's row and only then reads what it changes.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from arraigo import clock
from arraigo.compiled import compiled, first
from arraigo.engine import state, undoing
from arraigo.engine.advance import Advance, Move, OnOpen, end_open, scalars
from arraigo.engine.errors import AlreadyCompleted, ItemCancelled, NoTransaction, NotRunning, NotWaiting
from arraigo.engine.flow import Flow
from arraigo.engine.models import Definition, Instance, Wait, WorkItem
from arraigo.engine.program import Program, program_for, program_of
from arraigo.people.models import Unit, User

__all__ = [
    "Advance", "claim_due", "complete", "correlate", "lock", "lock_item", "reassign", "start", "undo", "wake",
    "withdraw",
]  # fmt: skip


class Keep:
    """Says that `reassign` leaves a member as it is."""


KEEP = Keep()


def start(
    definition: Definition,
    *,
    key: str,
    facts: Mapping[str, Any],
    at: dt.datetime,
    on_open: OnOpen | None = None,
) -> Advance:
    """Start a run of `definition`, known to people as `key`, begun at `at`.

    IntegrityError where the key is taken.
    """
    _must_be_atomic()
    instance = Instance(definition=definition, key=key, started_at=at)
    flow = Flow(program_of(definition), scalars(facts))
    move = Move(instance, flow)
    flow.settle()
    return move.written(on_open=on_open)


def lock(instance_id: int) -> Instance:
    """The instance, locked until the transaction ends. Take it before reading anything you change."""
    return _locked(Instance.objects.filter(pk=instance_id)).get()


def lock_item(item_id: int, *related: str) -> WorkItem:
    """The open work item, with its instance locked; `related` is read with it, after the lock.

    Raises AlreadyCompleted (who and when) or ItemCancelled where somebody or something was first.
    """
    _must_be_atomic()
    if transaction.get_connection().features.has_select_for_update:
        _hold(item_id)
    # SQLite needs no lock of a row: its transactions begin as the only one that writes.
    item = first(_reading(related)(item_id))
    if item is None:
        raise WorkItem.DoesNotExist
    item.instance.sha256 = item.sha256  # type: ignore[attr-defined]
    if item.status == WorkItem.Status.OPEN:
        return item
    assert item.completed_at is not None
    if item.status == WorkItem.Status.COMPLETED:
        raise AlreadyCompleted(str(item.completed_by), item.completed_at)
    raise ItemCancelled(item.outcome, item.completed_at)


@compiled
def _hold(item_id: int) -> QuerySet[Instance, Any]:
    """Lock the instance of the item."""
    return Instance.objects.filter(work_items=item_id).select_for_update(of=("self",)).values_list("pk")


@cache
def _reading(related: tuple[str, ...]) -> Callable[[int], list[WorkItem]]:
    """What reads an item with its instance, the digest of its definition, and `related`."""

    @compiled
    def read(item_id: int) -> QuerySet[WorkItem]:
        items = WorkItem.objects.filter(pk=item_id).select_related("instance", *related)
        return items.annotate(sha256=F("instance__definition__sha256"))

    return read


def complete(
    item: WorkItem | int,
    *,
    actor: User,
    facts: Mapping[str, Any],
    outcome: str = "",
    on_open: OnOpen | None = None,
) -> Advance:
    """Finish a work item (its id, or what `lock_item` gave) and let the run go on with `facts` added.

    Raises AlreadyCompleted or ItemCancelled.
    """
    item = lock_item(item) if isinstance(item, int) else item
    before = {"state": item.instance.state, "facts": item.instance.facts}
    flow = _flow(item.instance, facts)
    move = Move(item.instance, flow)
    flow.complete(item.token)
    advance = move.written(completed=item.token, on_open=on_open)
    item.status, item.outcome = WorkItem.Status.COMPLETED, outcome
    item.completed_by, item.completed_at = actor, clock.now()
    item.move = before | undoing.told(advance)
    item.save(update_fields=["status", "outcome", "completed_by", "completed_at", "move"])
    return advance


def undo(item: WorkItem, *, outcome: str) -> Advance:
    """Take back the completing of `item` (its instance locked by `lock`): the run stands as before it.

    What the move opened is cancelled with `outcome`, what it ended is open again, and so is the item.
    Raises NotTheLast where anything else moved the run since.
    """
    _must_be_atomic()
    return undoing.take_back(item, outcome=outcome)


def correlate(
    instance: Instance | int,
    message: str,
    *,
    facts: Mapping[str, Any],
    on_open: OnOpen | None = None,
) -> Advance:
    """Hand `message` to a run (its id, or what `lock` gave) that waits for it. Raises NotWaiting."""
    instance = _mine(instance)
    if instance.status != Instance.Status.RUNNING:
        raise NotWaiting(instance.key, message)
    flow = _flow(instance, facts)
    move = Move(instance, flow)
    if not flow.receive(message):
        raise NotWaiting(instance.key, message)
    return move.written(on_open=on_open)


def wake(instance: Instance | int, *, on_open: OnOpen | None = None) -> Advance:
    """Let a run go on whose time has come. Where nothing is due any more, nothing happens."""
    instance = _mine(instance)
    if instance.status != Instance.Status.RUNNING:
        return Advance(instance)
    flow = _flow(instance, {})
    move = Move(instance, flow)
    flow.tick()
    return move.written(on_open=on_open) if flow.passed else Advance(instance)


def claim_due(*, after: int = 0) -> Instance | None:
    """Lock the first instance beyond id `after` that has something due and that nobody else holds.

    None where there is none. Several sweeps may ask at once: each gets another instance where the
    database can skip locked rows, and finds nothing left to do where it cannot.
    """
    due = Wait.objects.filter(
        instance=OuterRef("pk"), kind=Wait.Kind.TIMER, ended_at=None, wake_at__lte=clock.now()
    )  # fmt: skip
    waiting = Instance.objects.filter(Exists(due), pk__gt=after, status=Instance.Status.RUNNING)
    return _locked(waiting, skip=True).order_by("pk").first()


def withdraw(instance: Instance | int, *, outcome: str) -> Advance:
    """End a run from outside, whatever it waits for. `outcome` is the reason. Raises NotRunning."""
    instance = _mine(instance)
    if instance.status != Instance.Status.RUNNING:
        raise NotRunning(instance.key)
    points = list(_flow(instance, {}).points())
    instance.status, instance.outcome = Instance.Status.WITHDRAWN, outcome
    instance.state, instance.ended_at = "", clock.now()
    instance.save(update_fields=["status", "outcome", "state", "ended_at"])
    cancelled, ended_waits = end_open(instance, points, outcome)
    return Advance(instance, cancelled=cancelled, ended_waits=ended_waits, ended=True, outcome=outcome)


def reassign(
    item_id: int,
    *,
    assignee: User | Keep | None = KEEP,
    unit: Unit | Keep | None = KEEP,
    priority: int | Keep = KEEP,
    due_at: dt.datetime | Keep | None = KEEP,
) -> WorkItem:
    """Change whose an open item is, or when it is due. Raises AlreadyCompleted or ItemCancelled."""
    item = lock_item(item_id)
    asked = {"assignee": assignee, "unit": unit, "priority": priority, "due_at": due_at}
    changes = {name: value for name, value in asked.items() if not isinstance(value, Keep)}
    for name, value in changes.items():
        setattr(item, name, value)
    item.save(update_fields=list(changes))
    return item


def _must_be_atomic() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise NoTransaction


def _locked(instances: QuerySet[Instance], *, skip: bool = False) -> QuerySet[Instance]:
    _must_be_atomic()
    return instances.select_for_update(of=("self",), skip_locked=skip).annotate(sha256=F("definition__sha256"))


def _mine(instance: Instance | int) -> Instance:
    """The instance locked; one that is passed as a row was locked by the caller."""
    _must_be_atomic()
    return lock(instance) if isinstance(instance, int) else instance


def _program(instance: Instance) -> Program:
    sha256 = getattr(instance, "sha256", None)
    return program_for(instance.definition_id, sha256) if sha256 else program_of(instance.definition)


def _flow(instance: Instance, facts: Mapping[str, Any]) -> Flow:
    known = {**instance.facts, **scalars(facts)}
    return state.restore(
        _program(instance), known, instance.state, version=instance.state_version, key=instance.key
    )  # fmt: skip
