"""Proving the event log: that nothing sealed was changed, taken out, put in or cut off."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from arraigo.eventlog.models import Event, Seal
from arraigo.eventlog.seal import link

CHUNK = 2000
GENESIS = "0" * 64


@dataclass(frozen=True)
class Checkpoint:
    """Head and count of the chain at some moment, as kept outside the database."""

    count: int
    head: str
    at: str


@dataclass(frozen=True)
class Break:
    """The first broken link: its number in the chain, and what is wrong."""

    sequence: int
    sentence: str


@dataclass(frozen=True)
class Proof:
    """What verifying found."""

    sealed: int
    """Events in the chain that were found whole, from its beginning."""
    unsealed: int
    """Events that no sealer has reached yet: nothing protects them."""
    head: str
    checkpoints: int
    """Checkpoints that agree with the chain."""
    broken: Break | None


def verify(path: Path | None = None, *, using: str = "default") -> Proof:
    """Prove the chain from its beginning, and against the checkpoints in `path` (default: the setting's).

    `using` names another database.
    """
    walk = _Walk(_checkpoints(path or settings.CHECKPOINT_FILE), using)
    events = Event.objects.using(using).exclude(sequence=None).order_by("sequence").iterator(chunk_size=CHUNK)
    broken = walk.events(events) or walk.end()
    unsealed = Event.objects.using(using).filter(sequence=None).count()
    return Proof(walk.count, unsealed, walk.head, walk.agreed, broken)


def _checkpoints(path: Path) -> Iterator[Checkpoint]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                found = json.loads(line)
                yield Checkpoint(int(found["count"]), str(found["head"]), str(found["at"]))
            except (ValueError, KeyError, TypeError):
                yield Checkpoint(-1, "", "")


class _Walk:
    """Goes along the chain and the checkpoints together, without holding either in memory."""

    def __init__(self, checkpoints: Iterator[Checkpoint], using: str) -> None:
        self.count, self.head, self.agreed = 0, GENESIS, 0
        self._checkpoints, self._using = checkpoints, using
        self._next = next(checkpoints, None)

    def events(self, events: Iterable[Event]) -> Break | None:
        """Go to the end of the chain, or to its first broken link."""
        for event in events:
            broken = self._step(event) or self._compare()
            if broken:
                return broken
        return None

    def _step(self, event: Event) -> Break | None:
        expected = self.count + 1
        if event.sequence != expected:
            return Break(expected, _("Number %(number)d is missing.") % {"number": expected})
        if event.previous_hash != self.head:
            return self._broken(event, _("Number %(number)d does not follow the one before it."))
        if event.hash != link(event, self.head):
            return self._broken(event, _("Number %(number)d was changed after it was sealed."))
        self.count, self.head = expected, event.hash
        return None

    def _broken(self, event: Event, sentence: str) -> Break:
        number = self.count + 1
        return Break(number, sentence % {"number": number})

    def _compare(self) -> Break | None:
        """Compare with the checkpoints that were taken here."""
        while self._next and self._next.count <= self.count:
            given = {"number": self.count, "at": self._next.at}
            if self._next.count < 0:
                return Break(self.count, _("The file of checkpoints has a line that cannot be read."))
            if self._next.count == self.count and self._next.head != self.head:
                sentence = _("Number %(number)d is not what the checkpoint of %(at)s knows.")
                return Break(self.count, sentence % given)
            self.agreed += 1
            self._next = next(self._checkpoints, None)
        return None

    def end(self) -> Break | None:
        """What a chain alone does not notice: that its end was cut off."""
        broken = self._compare()
        if broken:
            return broken
        if self._next:
            given = {"count": self.count, "known": self._next.count, "at": self._next.at}
            sentence = _(
                "The log ends at number %(count)d, the checkpoint of %(at)s knows %(known)d: its end was cut off."
            )
            return Break(self.count + 1, sentence % given)
        chain = Seal.objects.using(self._using).filter(pk=1).first() or Seal()
        if (chain.count, chain.head) != (self.count, self.head):
            sentence = _("The log ends at number %(count)d, its seal counts %(known)d: its end was cut off.")
            return Break(self.count + 1, sentence % {"count": self.count, "known": chain.count})
        return None
