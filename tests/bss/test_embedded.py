"""The embedded adapter: what is written is delivered."""

import pytest
from django.db import transaction

from arraigo.bss import actions, queries
from arraigo.bss.errors import CommandNotStuck, UnknownCommand
from arraigo.bss.models import Command
from tests.records import a_user, refused

pytestmark = pytest.mark.django_db


def test_a_command_is_born_delivered() -> None:
    command = actions.send("courtesy.activate", subject="RET-1", payload={"product": "P1"})
    command.refresh_from_db()
    assert (command.status, command.attempts, command.answer) == ("delivered", 1, {"by": "embedded"})
    assert not queries.undelivered().exists()
    assert actions.call_off([command.idempotency_key]) == {command.idempotency_key}
    with refused(CommandNotStuck):
        actions.resend(command.pk, actor=a_user())


def test_it_goes_with_the_change_that_caused_it() -> None:
    def change() -> None:
        actions.send("courtesy.activate", subject="RET-1", payload={})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change()
    assert not Command.objects.exists()


def test_only_known_commands_are_written() -> None:
    with pytest.raises(UnknownCommand):
        actions.send("house.paint", subject="", payload={})
