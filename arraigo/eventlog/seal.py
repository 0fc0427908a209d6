"""Sealing the event log: numbers and hash-chains events after the transactions that wrote them.

Events are numbered in the order in which the sealer finds them, by id. On PostgreSQL an event with a
lower id may be committed later than one that is sealed already: it gets a later number, which is fine,
for the number says when an event became part of the proof, and `at` when it happened.
"""

import errno
import hashlib
import json
import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from arraigo import clock
from arraigo.eventlog.models import Event, Seal

BATCH = 1000
"""Events sealed in one transaction."""


def content(event: Event) -> dict[str, Any]:
    """What the seal protects: everything about the event but the chain's own columns."""
    return {
        "id": event.pk,
        "at": event.at.astimezone(clock.LA_PAZ).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "kind": event.kind,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "case_number": event.case_number,
        "version": event.version,
        "data": event.data,
        "sequence": event.sequence,
    }


def link(event: Event, previous_hash: str) -> str:
    """The event's hash in the chain: SHA-256 over its canonical JSON and the hash before it."""
    text = json.dumps(content(event), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()


def seal() -> int:
    """Seal what is not sealed yet and note a checkpoint; the number of events sealed.

    Any number of sealers may run: they take turns at the one row of `Seal`.
    """
    sealed = 0
    while batch := _seal_batch():
        sealed += batch
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    Seal.objects.get_or_create(pk=1)
    chain = Seal.objects.select_for_update().get(pk=1)
    events = list(Event.objects.filter(sequence=None).order_by("id")[:BATCH])
    if not events:
        return 0
    _chain(events, chain)
    Event.objects.bulk_update(events, ["sequence", "previous_hash", "hash"], batch_size=200)
    chain.at = clock.now()
    chain.save()
    checkpoint = {"count": chain.count, "head": chain.head, "at": chain.at.isoformat()}
    # After the commit: a checkpoint of a seal that was rolled back would accuse an honest log.
    transaction.on_commit(lambda: _note(checkpoint))
    return len(events)


def _chain(events: Sequence[Event], chain: Seal) -> None:
    """Number and link `events` behind the chain's head, and move its head."""
    for event in events:
        event.sequence = chain.count + 1
        event.previous_hash = chain.head
        event.hash = link(event, chain.head)
        chain.count, chain.head = event.sequence, event.hash


def _note(checkpoint: dict[str, Any]) -> None:
    """Append a checkpoint, whole or not at all: half a line would accuse an honest log. Raises OSError."""
    path = settings.CHECKPOINT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"{json.dumps(checkpoint)}\n".encode()
    with path.open("ab", buffering=0) as file:
        end = file.tell()
        if file.write(line) < len(line):
            file.truncate(end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
