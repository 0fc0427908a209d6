"""Every clock of every demo case, told again from its sealed events, is what the records say."""

import datetime as dt
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from arraigo.engine.models import Wait
from arraigo.eventlog import seal
from arraigo.eventlog.models import Event
from arraigo.retention import clocks
from arraigo.retention.models import RetentionCase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_the_events_of_every_demo_case_tell_the_clocks_of_its_records() -> None:
    while seal.seal():
        pass
    assert not Event.objects.filter(sequence=None).exists()
    told: Counter[str] = Counter()
    for case in RetentionCase.objects.all():
        by_events = clocks.replay(case.number)
        assert by_events == clocks.kept(case), case.number
        assert clocks.differences(case) == []
        told.update("visit" if each.name.startswith("OT") else each.name for each in by_events)
    assert {"visit", "wait_post_visit", "wait_post_service", "firm_no", "approve_03", "approve_12"} <= told.keys()


def test_a_wait_that_was_moved_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    wait = Wait.objects.filter(element="wait_post_service").select_related("instance__case")[0]
    Wait.objects.filter(pk=wait.pk).update(wake_at=wait.wake_at + dt.timedelta(days=1))
    with pytest.raises(CommandError, match=rf"{wait.instance.case.number}.*wait_post_service"):
        call_command("verify-clocks")
