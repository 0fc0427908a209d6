"""Every command has a name for people."""

import pytest
from django.utils import translation

from arraigo.bss import names
from arraigo.bss.errors import CommandRefused
from arraigo.bss.interface import KINDS
from arraigo.messages.sentences import sentence

pytestmark = pytest.mark.one_database


def test_every_command_has_a_name() -> None:
    assert set(names.NAMES) == KINDS


def test_people_read_the_name_and_not_the_kind() -> None:
    with translation.override("en"):
        refusal = str(CommandRefused("work_order.create", "no such address."))
        assert refusal == "The commercial system refused new work order: no such address."
        assert "bill adjustment, case 1" in sentence("command.stuck", {"kind": "bill_adjustment.apply"}, "1")
