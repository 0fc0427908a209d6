"""Notices: written for somebody, read by them, a sentence for each kind."""

import re
from typing import Any

import pytest
from django.utils import translation

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.bss.signals import command_stuck
from arraigo.messages import actions, outbox, queries
from arraigo.messages.models import Message
from arraigo.messages.sentences import SENTENCES, sentence
from arraigo.people.models import Role, User
from tests.cast import Cast
from tests.records import NOON, a_user


@pytest.mark.django_db
def test_a_notice_is_unread_until_its_owner_reads_it() -> None:
    ana, luis = a_user(), a_user()
    with clock.at(NOON):
        first = actions.notify(ana, "work_order.failed", {"order": "OT-1"}, "RET-1")
        actions.notify_all([ana, luis], "control.failed", {}, case_number="RET-1")
    assert [notice.kind for notice in queries.unread(ana)] == ["control.failed", "work_order.failed"]
    assert actions.mark_read(luis, [first.pk]) == 0
    assert actions.mark_read(ana, [first.pk]) == 1
    assert actions.mark_read(ana) == 1
    assert not queries.unread(ana).exists()
    assert queries.unread(luis).count() == 1
    assert [notice.kind for notice in queries.everything(ana)] == ["control.failed", "work_order.failed"]


@pytest.mark.django_db
def test_a_kind_without_sentence_is_not_written() -> None:
    with pytest.raises(ValueError, match=re.escape("'case.forgotten'")):
        actions.notify(a_user(), "case.forgotten", {})


def test_a_sentence_says_what_is_known() -> None:
    with translation.override("en"):
        data: dict[str, Any] = {"number": "RF-1", "amount": "150.00", "reason": "No backing."}
        told = sentence("claim.refused", data, "RET-1")
        assert told == "Billing refused claim RF-1 of Bs 150.00 (case RET-1): No backing."
        assert sentence("work_order.late", {}) == "Work order — (case —) is past its 24 hours."
        refused = sentence("claim.refused", data | {"reason": ""}, "RET-1")
        assert refused == "Billing refused claim RF-1 of Bs 150.00 (case RET-1): —."
        assert sentence("callback.due", {"customer": "Ana", "reason": ""}, "RET-1") == "Call Ana back now (case RET-1)."


@pytest.mark.parametrize("kind", SENTENCES)
@pytest.mark.parametrize("language", ["en", "es-bo"])
def test_every_sentence_can_be_written(kind: str, language: str) -> None:
    with translation.override(language):
        assert "%(" not in sentence(kind, {"case": "RET-1"}, "RET-1")


@pytest.mark.django_db
def test_the_administrator_is_told_once_until_it_is_read_that_a_command_needs_somebody(cast: Cast) -> None:
    admin = cast[Role.ADMINISTRATOR]
    for number in (1, 2):
        command = Command.objects.create(
            kind="work_order.create",
            subject=f"RET-{number}",
            idempotency_key=str(number),
            payload={},
            created_at=NOON,
            next_attempt_at=NOON,
        )
        command_stuck.send(Command, command=command)
    notice = queries.unread(admin).get()
    assert (notice.kind, notice.case_number) == ("command.stuck", "RET-1")
    with clock.at(NOON):
        actions.mark_read(admin)
    command_stuck.send(Command, command=command)
    assert queries.unread(admin).get().case_number == "RET-2"
    User.objects.filter(pk=admin.pk).update(email="admin@example.org")
    outbox.forward_notices(clock.now())
    bodies = Message.objects.filter(user=admin).values_list("body", flat=True)
    assert all(body.endswith("/administration/commands/") for body in bodies)
    assert len(bodies) == 2
