"""Writing commands to the outbox and delivering them.

A command is written in the transaction of the change that causes it. An adapter that executes at
once answers in that transaction; for any other one the command waits for the sweep `deliver_due`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from arraigo import clock
from arraigo.bss import queries
from arraigo.bss.errors import CommandNotStuck, CommandRefused, UnknownCommand
from arraigo.bss.interface import (
    KINDS,
    Answer,
    CommercialSystem,
    NoAnswer,
    Unreachable,
    commercial_system,
)
from arraigo.bss.models import Command
from arraigo.bss.signals import command_stuck
from arraigo.eventlog.actions import record
from arraigo.gathered import gathered
from arraigo.people.models import User
from arraigo.records import new_key

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
ATTEMPTS = 24
"""After so many (about 18 hours) a command is left to a person."""
LEASE = dt.timedelta(minutes=5)
"""How long a claim keeps other processes off: longer than any adapter waits for an answer."""


@dataclass(frozen=True)
class Order:
    """A command to be sent. `subject` (a case number) orders it among others; payload is JSON."""

    kind: str
    payload: dict[str, Any]
    subject: str = ""
    key: str = field(default_factory=new_key)


def send(kind: str, *, subject: str, payload: dict[str, Any], key: str | None = None) -> Command:
    """Write one command; call it inside the transaction of the change. See `send_all`."""
    return send_all([Order(kind, payload, subject, key or new_key())])[0]


def send_all(orders: Iterable[Order]) -> list[Command]:
    """Write commands in their order, with one statement.

    Raises CommandRefused where an immediate adapter refuses one: the change is then undone too.
    """
    adapter, now = commercial_system(), clock.now()
    commands = [_write(order, adapter, now) for order in orders]
    return Command.objects.bulk_create(commands)


def _write(order: Order, adapter: CommercialSystem, now: dt.datetime) -> Command:
    if order.kind not in KINDS:
        raise UnknownCommand(order.kind)
    command = Command(
        kind=order.kind,
        subject=order.subject,
        payload=order.payload,
        idempotency_key=order.key,
        created_at=now,
    )
    if not adapter.immediate:
        command.next_attempt_at = now
        return command
    answer = adapter.execute(command)
    if not answer.applied:
        raise CommandRefused(order.kind, str(answer.data.get("why", "")))
    command.status, command.attempts, command.ended_at = Command.Status.DELIVERED, 1, now
    command.answer = answer.data
    return command


def call_off(keys: Iterable[str]) -> set[str]:
    """What the commands of the idempotency `keys` ordered is not wanted any more: cancel those not applied there.

    They never left, or failed: nobody sends those again. The keys of the others, which the other side has or may
    have: the caller tells it, and writes the event. One that left without an answer yet is among them. Whatever else
    the outbox holds is still true, and is told.
    """
    ordered = list(Command.objects.select_for_update().filter(idempotency_key__in=list(keys)).order_by("pk"))
    not_there = [each for each in ordered if _is_not_there(each)]
    if not_there:
        Command.objects.filter(pk__in=[each.pk for each in not_there]).update(
            status=Command.Status.CANCELLED, ended_at=clock.now()
        )
    return {
        each.idempotency_key for each in ordered if each not in not_there and each.status != Command.Status.CANCELLED
    }


def _is_not_there(command: Command) -> bool:
    unreachable = (command.answer or {}).get("state") == "unreachable"
    never_left = command.status == Command.Status.PENDING and (command.attempts == 0 or unreachable)
    return never_left or command.status == Command.Status.FAILED


@transaction.atomic(savepoint=False)
def resend(command_id: int, *, actor: User) -> Command:
    """Let the sweep send a failed or uncertain command again: a person decided so."""
    command = _stuck(command_id)
    command.status, command.ended_at, command.next_attempt_at = Command.Status.PENDING, None, clock.now()
    command.attempts, command.answer = 0, None
    command.save()
    record("command.resent", command, actor=actor, case_number=command.subject, data={"kind": command.kind})
    return command


@transaction.atomic(savepoint=False)
def settle(command_id: int, *, applied: bool, note: str, actor: User) -> Command:
    """Close a failed or uncertain command as a person found it on the other side: `applied` or not."""
    command = _stuck(command_id)
    command.status = Command.Status.DELIVERED if applied else Command.Status.CANCELLED
    command.ended_at, command.answer = clock.now(), {"state": "settled", "note": note}
    command.save()
    data = {"kind": command.kind, "applied": applied, "note": note}
    record("command.settled", command, actor=actor, case_number=command.subject, data=data)
    return command


def _stuck(command_id: int) -> Command:
    command = Command.objects.select_for_update().get(pk=command_id)
    if command.status not in (Command.Status.FAILED, Command.Status.UNCERTAIN):
        raise CommandNotStuck(command.kind)
    return command


# --- the sweep ---------------------------------------------------------------------------------


def deliver_due(now: dt.datetime, *, limit: int = 50) -> int:
    """Send what is due at `now`, oldest first and one at a time for each subject; how many were sent.

    Safe on several nodes at once: a command is claimed in a transaction of its own, sent outside of
    any, and its answer is kept in a third. Call it outside of a transaction. A command that was
    claimed by a process that died is due again after LEASE, and counts as one without an answer; so does one at which
    the adapter fails, which ExceptionGroup tells of at the end.
    """
    adapter, sent = commercial_system(), 0
    with gathered("commands at which the adapter fails") as turn:
        while sent < limit and (claimed := _claim(now, limit - sent)):
            for command, left_before in claimed:
                with turn(f"command {command.pk}"):
                    _deliver(command, left_before, adapter, now)
            sent += len(claimed)
    return sent


@transaction.atomic
def _claim(now: dt.datetime, limit: int) -> list[tuple[Command, bool]]:
    """Take due commands for this process, each with whether it left before without an answer."""
    skip = connection.features.has_select_for_update_skip_locked
    due = queries.may_leave().filter(next_attempt_at__lte=now).order_by("id")
    claimed = []
    for command in due.select_for_update(skip_locked=skip)[:limit]:
        claimed.append((command, (command.answer or {}).get("state") == "sent"))
        command.attempts += 1
        command.next_attempt_at, command.answer = now + LEASE, {"state": "sent"}
    Command.objects.bulk_update([c for c, _ in claimed], ["attempts", "next_attempt_at", "answer"])
    return claimed


def _deliver(command: Command, left_before: bool, adapter: CommercialSystem, now: dt.datetime) -> None:
    try:
        answer = _send_once(command, left_before, adapter)
    except Unreachable as error:
        # What left before may have been applied, whether or not the other side can be reached now.
        _retry(command, now, {"state": "sent" if left_before else "unreachable", "error": str(error)})
    except NoAnswer as error:
        if adapter.honours_keys or adapter.looks_up:
            _retry(command, now, {"state": "sent", "error": str(error)})
        else:
            _end(command, Command.Status.UNCERTAIN, {"state": "sent", "error": str(error)}, now)
    else:
        _end(command, Command.Status.DELIVERED if answer.applied else Command.Status.FAILED, answer.data, now)


def _send_once(command: Command, left_before: bool, adapter: CommercialSystem) -> Answer:
    """Send the command unless the other side has it already. Raises Unreachable or NoAnswer."""
    if left_before and not adapter.honours_keys:
        if not adapter.looks_up:
            raise NoAnswer("it was sent before and its answer was lost")
        try:
            known = adapter.look_up(command)
        except NoAnswer as error:
            raise Unreachable(str(error)) from error
        if known is not None:
            return known
    return adapter.execute(command)


def _retry(command: Command, now: dt.datetime, answer: dict[str, Any]) -> None:
    """Try again later, each time after twice as long; give up after ATTEMPTS."""
    if command.attempts >= ATTEMPTS:
        unknown = answer["state"] == "sent"
        _end(command, Command.Status.UNCERTAIN if unknown else Command.Status.FAILED, answer, now)
        return
    wait = min(FIRST_WAIT * 2 ** (command.attempts - 1), LONGEST_WAIT)
    _held(command).update(next_attempt_at=now + wait, answer=answer)


@transaction.atomic
def _end(command: Command, status: str, answer: dict[str, Any], now: dt.datetime) -> None:
    if _held(command).update(status=status, ended_at=now, answer=answer):
        data = {"kind": command.kind, "attempts": command.attempts, "answer": answer}
        record(f"command.{status}", command, actor=None, case_number=command.subject, data=data)
        if status in queries.STUCK:
            command_stuck.send(Command, command=command)


def _held(command: Command) -> QuerySet[Command]:
    """The row, as long as this process's claim on it holds."""
    return Command.objects.filter(pk=command.pk, status=Command.Status.PENDING, attempts=command.attempts)
