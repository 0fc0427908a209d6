"""The sealed log: whole while nobody touches it, and the first broken link is named when somebody does."""

import json
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings

from arraigo import clock
from arraigo.eventlog import actions, seal, verify
from arraigo.eventlog.models import Event, Seal
from arraigo.people.models import Unit, User
from tests.engine.runs import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path):
    path = tmp_path / "checkpoints" / "log.jsonl"
    with override_settings(CHECKPOINT_FILE=path, LANGUAGE_CODE="en"), clock.at(NOON):
        yield path


DATA = {"text": "ñandú — «día»", "amount": "10.50", "ratio": 0.1, "list": [1, None, True], "b": {"a": 1}}


def happened(count: int) -> list[Event]:
    """`count` events about a unit, with data of every JSON kind."""
    actor, _ = User.objects.get_or_create(username="ana")
    unit, _ = Unit.objects.get_or_create(code="u", name="U", kind=Unit.Kind.DIVISION)
    return [
        actions.record(
            "unit.changed",
            unit,
            actor=actor if n % 2 else None,
            case_number=f"RET-{n}",
            version="P v1",
            data={**DATA, "n": n},
        )
        for n in range(count)
    ]


def sealed(count: int, *, more: int = 0) -> list[Event]:
    happened(count)
    assert seal.seal() == count
    if more:
        happened(more)
        assert seal.seal() == more
    return list(Event.objects.order_by("sequence"))


def test_an_untouched_log_is_whole() -> None:
    sealed(5, more=3)
    happened(2)
    proof = verify.verify()
    assert (proof.sealed, proof.unsealed, proof.checkpoints, proof.broken) == (8, 2, 2, None)
    chain = Seal.objects.get()
    assert (chain.count, chain.head, chain.at) == (8, proof.head, NOON)


def test_an_empty_log_is_whole() -> None:
    assert seal.seal() == 0
    assert verify.verify() == verify.Proof(0, 0, verify.GENESIS, 0, None)


def test_sealing_goes_on_over_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 4)
    sealed(10)
    assert verify.verify().broken is None
    assert [event.sequence for event in Event.objects.order_by("id")] == list(range(1, 11))


def test_a_sealed_event_keeps_its_number_and_a_late_one_gets_the_next() -> None:
    """On PostgreSQL an event with a lower id may be committed after one that is sealed already."""
    first, second = happened(2)
    Event.objects.filter(pk=first.pk).update(id=F("id") + 100)
    seal.seal()
    Event.objects.filter(pk=second.pk).exclude(sequence=None).get()
    late = happened(1)[0]
    Event.objects.filter(pk=late.pk).update(id=1_000_000)
    Event.objects.filter(pk=1_000_000).update(id=second.pk - 1)
    assert seal.seal() == 1
    assert Event.objects.get(pk=second.pk - 1).sequence == 3
    assert verify.verify().broken is None


TAMPERING: dict[str, tuple[Callable[[Event], object], int, str]] = {
    "data": (lambda event: _changed(event, data={"n": 99}), 4, "was changed"),
    "actor": (
        lambda event: _changed(event, actor=None if event.actor_id else User.objects.get()),
        4,
        "was changed",
    ),
    "moment": (lambda event: _changed(event, at=NOON.replace(year=2025)), 4, "was changed"),
    "kind": (lambda event: _changed(event, kind="unit.made"), 4, "was changed"),
    "case": (lambda event: _changed(event, case_number=""), 4, "was changed"),
    "hash": (lambda event: _changed(event, hash="f" * 64), 4, "was changed"),
    "previous hash": (lambda event: _changed(event, previous_hash="f" * 64), 4, "does not follow"),
    "taken out": (lambda event: event.delete(), 4, "is missing"),
    "number": (lambda event: _changed(event, sequence=1000), 4, "is missing"),
    "unsealed again": (lambda event: _changed(event, sequence=None), 4, "is missing"),
}


def _changed(event: Event, **values: object) -> None:
    assert Event.objects.filter(pk=event.pk).update(**values) == 1


@pytest.mark.parametrize("how", TAMPERING)
def test_the_first_broken_link_is_named(how: str) -> None:
    tamper, number, words = TAMPERING[how]
    events = sealed(6)
    tamper(events[number - 1])
    broken = verify.verify().broken
    assert broken is not None
    assert broken.sequence == number
    assert words in broken.sentence
    assert verify.verify().sealed == number - 1


def test_an_event_resealed_by_hand_breaks_the_next_link() -> None:
    event = sealed(6)[3]
    event.data = {"n": 99}
    event.hash = seal.link(event, event.previous_hash)
    event.save()
    broken = verify.verify().broken
    assert broken is not None
    assert (broken.sequence, "does not follow" in broken.sentence) == (5, True)


def test_a_cut_off_end_is_noticed_by_the_seal() -> None:
    sealed(4, more=2)
    Event.objects.filter(sequence__gt=5).delete()
    verify.settings.CHECKPOINT_FILE.unlink()
    broken = verify.verify().broken
    assert broken is not None
    assert (broken.sequence, "cut off" in broken.sentence) == (6, True)


def test_a_cut_off_end_is_noticed_by_a_checkpoint_even_with_the_seal_rewritten() -> None:
    events = sealed(4, more=2)
    Event.objects.filter(sequence__gt=5).delete()
    Seal.objects.update(count=5, head=events[4].hash)
    broken = verify.verify().broken
    assert broken is not None
    assert (broken.sequence, "cut off" in broken.sentence) == (6, True)


def test_a_log_chained_anew_is_noticed_by_a_checkpoint() -> None:
    sealed(4)
    Event.objects.filter(kind="unit.changed").update(kind="unit.made", sequence=None, previous_hash="", hash="")
    Seal.objects.all().delete()
    path = verify.settings.CHECKPOINT_FILE
    kept = path.read_text()
    seal.seal()
    path.write_text(kept)
    broken = verify.verify().broken
    assert broken is not None
    assert (broken.sequence, "is not what the checkpoint" in broken.sentence) == (4, True)


def test_an_unreadable_checkpoint_is_named(checkpoints: Path) -> None:
    sealed(2)
    checkpoints.write_text("{not json\n")
    broken = verify.verify().broken
    assert broken is not None
    assert "cannot be read" in broken.sentence


def test_a_seal_that_is_rolled_back_leaves_no_checkpoint(checkpoints: Path) -> None:
    happened(2)
    with transaction.atomic():
        assert seal.seal() == 2
        transaction.set_rollback(True)
    assert not checkpoints.exists()
    assert verify.verify() == verify.Proof(0, 2, verify.GENESIS, 0, None)


def test_several_sealers_at_once_make_one_chain() -> None:
    happened(60)

    def one(_: int) -> int:
        try:
            with clock.at(NOON):
                return seal.seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 60
    assert verify.verify().broken is None


def told(*options: str) -> str:
    output = StringIO()
    call_command("verify-log", *options, stdout=output)
    return output.getvalue()


def test_the_command_tells_what_it_proved() -> None:
    head = sealed(3)[-1].hash
    happened(1)
    assert told().splitlines() == [
        "3 sealed events are whole.",
        f"Head of the chain: {head}",
        "Checkpoints that agree: 1",
        "1 event is not sealed yet.",
        "0 signed documents and reviews are whole.",
    ]
    assert json.loads(told("--json")) == {
        "sealed": 3, "unsealed": 1, "head": head, "checkpoints": 1, "broken": None,
        "papers": {"whole": 0, "changed": []},
    }  # fmt: skip


def test_the_command_fails_on_a_broken_log() -> None:
    _changed(sealed(3)[1], kind="unit.made")
    with pytest.raises(CommandError, match="Number 2 was changed after it was sealed") as caught:
        told()
    assert caught.value.returncode == 1


def test_a_checkpoint_for_which_the_disk_has_no_room_leaves_no_half_line(checkpoints: Path) -> None:
    seal._note({"count": 1, "head": "a", "at": "2026"})
    before, (soft, hard) = checkpoints.read_text(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            seal._note({"count": 2, "head": "b", "at": "2026"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert checkpoints.read_text() == before
