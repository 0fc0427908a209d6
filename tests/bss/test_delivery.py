"""The outbox's promise: applied once, in order, or shown to a person."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from arraigo import clock
from arraigo.bss import actions, queries
from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.messages.models import Notice
from arraigo.people.models import Role
from tests.bss import other_side
from tests.bss.other_side import HttpCommercialSystem, OtherSide
from tests.cast import Cast
from tests.records import NOON, a_user

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOON + dt.timedelta(hours=2)


@pytest.fixture
def side(settings: Any) -> Iterator[OtherSide]:
    use(settings, "HttpCommercialSystem")
    with other_side.running() as side:
        HttpCommercialSystem.port = side.port
        yield side


def use(settings: Any, adapter: str) -> None:
    settings.COMMERCIAL_SYSTEM = f"tests.bss.other_side.{adapter}"


def send(key: str, subject: str = "RET-1") -> Command:
    with clock.at(NOON):
        return actions.send("work_order.create", subject=subject, payload={"number": key}, key=key)


def status(key: str) -> str:
    return Command.objects.get(idempotency_key=key).status


def test_a_command_waits_and_is_delivered(side: OtherSide) -> None:
    assert send("a").status == "pending"
    assert actions.deliver_due(NOON - dt.timedelta(seconds=1)) == 0
    assert actions.deliver_due(NOON) == 1
    command = Command.objects.get()
    assert (command.status, command.answer, side.applied) == ("delivered", {"id": 1}, ["a"])
    assert actions.deliver_due(LATER) == 0
    assert Event.objects.filter(kind="command.delivered").count() == 1


def test_commands_of_a_case_leave_in_order(side: OtherSide) -> None:
    for key in ["a", "b", "c"]:
        send(key)
    send("x", subject="RET-2")
    assert actions.deliver_due(NOON) == 4
    assert [key for key in side.applied if key != "x"] == ["a", "b", "c"]


def test_what_cannot_be_reached_is_tried_again_and_holds_back_its_case(side: OtherSide) -> None:
    HttpCommercialSystem.port = closed_port()
    send("a")
    send("b")
    assert actions.deliver_due(NOON) == 1
    waiting = Command.objects.get(idempotency_key="a")
    assert (waiting.status, waiting.attempts) == ("pending", 1)
    assert waiting.next_attempt_at == NOON + actions.FIRST_WAIT
    assert [command.idempotency_key for command in queries.undelivered()] == ["a", "b"]
    HttpCommercialSystem.port = side.port
    assert actions.deliver_due(NOON) == 0
    assert actions.deliver_due(NOON + actions.FIRST_WAIT) == 2
    assert side.applied == ["a", "b"]


def test_a_command_at_which_the_adapter_fails_holds_up_no_other(side: OtherSide, monkeypatch: Any) -> None:
    first = send("a")
    send("b", subject="RET-2")
    execute = HttpCommercialSystem.execute

    def broken(self: HttpCommercialSystem, command: Command) -> Any:
        if command == first:
            raise KeyError("phone")
        return execute(self, command)

    monkeypatch.setattr(HttpCommercialSystem, "execute", broken)
    with pytest.raises(ExceptionGroup) as told:
        actions.deliver_due(NOON)
    assert [error.__notes__ for error in told.value.exceptions] == [[f"command {first.pk}"]]
    assert (status("a"), status("b"), side.applied) == ("pending", "delivered", ["b"])


def closed_port() -> int:
    with other_side.running() as gone:
        return gone.port


def test_waits_double_up_to_an_hour_then_a_person_is_asked(side: OtherSide) -> None:
    HttpCommercialSystem.port = closed_port()
    send("a")
    now, waits = NOON, []
    for _ in range(actions.ATTEMPTS - 1):
        actions.deliver_due(now)
        following = Command.objects.get().next_attempt_at
        assert following is not None
        waits.append(following - now)
        now = following
    assert waits[:3] == [actions.FIRST_WAIT, 2 * actions.FIRST_WAIT, 4 * actions.FIRST_WAIT]
    assert max(waits) == waits[-1] == actions.LONGEST_WAIT
    actions.deliver_due(now)
    assert status("a") == "failed"
    assert [command.idempotency_key for command in queries.stuck()] == ["a"]


def test_a_refusal_is_final_and_lets_the_next_one_pass(side: OtherSide) -> None:
    side.reply = other_side.refuse
    send("a")
    actions.deliver_due(NOON)
    assert (status("a"), Command.objects.get().answer) == ("failed", {"why": "no such product"})
    side.reply = other_side.apply_once
    send("b")
    actions.deliver_due(NOON)
    assert status("b") == "delivered"


def test_the_administrator_is_told_of_what_is_stuck(side: OtherSide) -> None:
    admin = Cast()[Role.ADMINISTRATOR]
    side.reply = other_side.refuse
    send("a")
    actions.deliver_due(NOON)
    assert Notice.objects.get(kind="command.stuck").user == admin


def test_without_key_and_look_up_silence_is_uncertain_and_never_resent(side: OtherSide) -> None:
    side.reply = other_side.apply_and_hang_up
    send("a")
    send("b")
    actions.deliver_due(NOON)
    assert actions.deliver_due(LATER) == 0
    assert (status("a"), status("b"), side.received) == ("uncertain", "pending", ["a"])
    actions.settle(Command.objects.get(idempotency_key="a").pk, applied=True, note="visto", actor=a_user())
    side.reply = other_side.apply_once
    actions.deliver_due(LATER)
    assert (status("a"), status("b"), side.applied) == ("delivered", "delivered", ["a", "b"])


def test_with_look_up_what_was_applied_is_not_sent_again(side: OtherSide, settings: Any) -> None:
    use(settings, "WithLookUp")
    side.reply = other_side.apply_and_hang_up
    send("a")
    actions.deliver_due(NOON)
    assert status("a") == "pending"
    actions.deliver_due(LATER)
    assert (status("a"), side.applied, side.received) == ("delivered", ["a"], ["a"])


def test_with_keys_it_is_sent_again_and_applied_once(side: OtherSide, settings: Any) -> None:
    use(settings, "WithKeys")
    side.reply = lambda here, told: (other_side.apply_once(here, told), None)[1]
    send("a")
    actions.deliver_due(NOON)
    side.reply = other_side.apply_once
    actions.deliver_due(LATER)
    assert (status("a"), side.applied, side.received) == ("delivered", ["a"], ["a", "a"])


def test_a_process_that_died_while_sending_leaves_it_uncertain(side: OtherSide) -> None:
    send("a")
    assert len(actions._claim(NOON, 10)) == 1
    assert actions.deliver_due(NOON + actions.LEASE - dt.timedelta(seconds=1)) == 0
    actions.deliver_due(NOON + actions.LEASE)
    assert (status("a"), side.received) == ("uncertain", [])
    actions.resend(Command.objects.get().pk, actor=a_user())
    actions.deliver_due(clock.now())
    assert (status("a"), side.applied) == ("delivered", ["a"])


def test_what_never_left_can_be_cancelled(side: OtherSide) -> None:
    for key in ["a", "b"]:
        send(key)
    actions._claim(NOON, 10)
    for key in ["x", "y"]:
        send(key, subject="RET-2")
    with transaction.atomic():
        assert actions.call_off(["a", "b", "x", "never"]) == {"a"}
    assert [status(key) for key in "abxy"] == ["pending", "cancelled", "cancelled", "pending"]
    with transaction.atomic():
        assert actions.call_off(["b", "x"]) == set()


def test_several_workers_send_each_command_once(side: OtherSide) -> None:
    keys = [f"{case}.{n}" for case in range(6) for n in range(5)]
    for key in keys:
        send(key, subject=f"RET-{key[0]}")
    workers = [threading.Thread(target=sweep) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    actions.deliver_due(NOON)
    assert sorted(side.received) == sorted(keys)
    for case in range(6):
        assert [key for key in side.received if key[0] == str(case)] == [k for k in keys if k[0] == str(case)]


def sweep() -> None:
    try:
        actions.deliver_due(NOON)
    finally:
        connection.close()
