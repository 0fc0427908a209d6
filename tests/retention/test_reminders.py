"""Promises that fall due or were not kept, and courtesies about to end, are told once."""

import datetime as dt

import pytest

from arraigo.messages import reminders as customer_reminders
from arraigo.messages.models import Message, Notice
from arraigo.people.models import Role
from arraigo.products.models import Courtesy
from arraigo.retention import promises, reminders
from arraigo.retention.models import Promise
from tests.cast import Cast, Household, Walk, moment

pytestmark = pytest.mark.django_db


def told(walk: Walk) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(case_number=walk.case.number, kind__startswith="promise.").order_by("id")
    return list(rows.values_list("user__username", "kind"))


def test_a_promise_is_told_before_and_after_its_due_time(cast: Cast, home: Household) -> None:
    cast.team.head = cast[Role.TEAM_LEAD]
    cast.team.save()
    walk = Walk(home)
    with moment() as now:
        due = now + dt.timedelta(days=3)
        values = {"product": "Internet", "address": "Calle Dos 2"}
        promises.promise(walk.case, Promise.Kind.TRANSFER, values=values, role=Role.ADVISOR, due_at=due)
    owner, head = walk.case.owner.username, cast[Role.TEAM_LEAD].username
    for days, expected in [
        (1.9, []),
        (2.1, [(owner, "promise.due")]),
        (2.5, [(owner, "promise.due")]),
        (3.1, [(owner, "promise.due"), (owner, "promise.late"), (head, "promise.late")]),
        (9, [(owner, "promise.due"), (owner, "promise.late"), (head, "promise.late")]),
    ]:
        with moment(days=days) as now:
            reminders.remind_of_promises(now)
        assert told(walk) == expected


def test_a_courtesy_about_to_end_is_told_once(cast: Cast, home: Household) -> None:
    walk = Walk(home, products=[home.television], reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"premium_channels:{home.television.pk}")
    for days, expected in [(26.9, 0), (27, 1), (28, 0), (31, 0)]:
        with moment(days=days) as now:
            assert customer_reminders.tell_of_ending_courtesies(now) == expected
    message = Message.objects.get(kind="courtesy.ending")
    assert message.data["fin"] == "09/04/2026"
    assert message.until == Courtesy.objects.get().ends_at, "of no use afterwards"
