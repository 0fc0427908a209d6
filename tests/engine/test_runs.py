"""The verbs of a run, on a small procedure: start, complete, wake, correlate, withdraw, reassign."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from arraigo import clock
from arraigo.engine import actions
from arraigo.engine.errors import (
    AlreadyCompleted,
    ItemCancelled,
    NoTransaction,
    NotRunning,
    NotWaiting,
)
from arraigo.engine.models import Instance, WorkItem
from arraigo.people.models import Role, Unit, User
from tests.engine.runs import NOON, definition, did, item, standing, started

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(days=2)


@pytest.fixture
def ana() -> User:
    return User.objects.create_user(username="ana", first_name="Ana", last_name="Rojas")


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


def test_a_run_starts_at_its_first_task() -> None:
    placed: list[WorkItem] = []

    def place(new: WorkItem) -> None:
        new.priority, new.due_at = 2, LATER
        placed.append(new)

    with transaction.atomic():
        advance = actions.start(definition(), key="RUN-A", facts={}, at=NOON, on_open=place)
    assert [each.element for each in advance.opened] == ["measure"] == [each.element for each in placed]
    assert advance.passed == ["begin", "work_begin"]
    assert [wait.message for wait in advance.waits] == ["stop"]
    stored = WorkItem.objects.get()
    assert (stored.role, stored.priority, stored.due_at) == (Role.ADVISOR, 2, LATER)
    assert Instance.objects.get(key="RUN-A").status == Instance.Status.RUNNING


def test_the_table_decides_and_says_which_rule(ana: User) -> None:
    run = started()
    advance = did(run, "measure", ana, amount=Decimal("100.11"))
    [decision] = advance.decisions
    assert (decision.name, decision.outputs, decision.rule) == ("size", {"size": "big"}, "size_big")
    assert decision.because == "Bs 100.11 is a lot."
    assert decision.inputs == {"amount": 100.11}
    assert [each.element for each in advance.opened] == ["approve"]
    assert advance.opened[0].role == Role.TEAM_LEAD
    run.refresh_from_db()
    assert run.facts["size"] == "big"


def test_the_edge_of_the_policy_value_is_still_small(ana: User) -> None:
    advance = did(started(), "measure", ana, amount=Decimal("100.10"))
    assert advance.decisions[0].rule == "size_small"
    assert [each.element for each in advance.opened] == ["do_it"]
    assert [(wait.element, wait.wake_at) for wait in advance.waits] == [("wait_check", LATER)]


def test_the_whole_way_to_the_end(ana: User) -> None:
    run = started()
    did(run, "measure", ana, amount=1)
    did(run, "do_it", ana)
    with clock.at(LATER), transaction.atomic():
        woken = actions.wake(run.pk)
        assert [each.element for each in woken.opened] == ["check"]
        assert [wait.element for wait in woken.ended_waits] == ["wait_check"]
    assert [wait.element for wait in did(run, "check", ana, failed=False).waits] == ["signed"]
    with transaction.atomic():
        advance = actions.correlate(actions.lock(run.pk), "signed", facts={})
    assert (advance.ended, advance.outcome) == (True, "done")
    run.refresh_from_db()
    assert (run.status, run.outcome, run.state, run.ended_at) == ("completed", "done", "", NOON)
    assert standing(run) == []


def test_an_error_cancels_the_rest_and_goes_back(ana: User) -> None:
    run = started(check_at=NOON.isoformat())
    assert [each.element for each in did(run, "measure", ana, amount=1).opened] == ["do_it", "check"]
    advance = did(run, "check", ana, failed=True)
    assert [(each.element, each.status, each.outcome) for each in advance.cancelled] == [
        ("do_it", "cancelled", "again")
    ]
    assert [each.element for each in advance.opened] == ["measure"]
    assert standing(run) == ["measure", "stop"]


def test_a_message_ends_what_is_open(ana: User) -> None:
    run = started()
    did(run, "measure", ana, amount=1)
    open_before = item(run, "do_it")
    with transaction.atomic():
        advance = actions.correlate(run.pk, "stop", facts={})
    assert (advance.ended, advance.outcome) == (True, "stopped")
    assert {each.element for each in advance.cancelled} == {"do_it"}
    assert {wait.element for wait in advance.ended_waits} == {"stop", "wait_check"}
    with pytest.raises(ItemCancelled) as caught, transaction.atomic():
        actions.complete(open_before.pk, actor=ana, facts={})
    assert caught.value.outcome == "stop"
    assert standing(run) == []


def test_a_message_nobody_waits_for_changes_nothing() -> None:
    run = started()
    before = Instance.objects.values().get(pk=run.pk)
    with pytest.raises(NotWaiting), transaction.atomic():
        actions.correlate(run.pk, "signed", facts={"amount": 3})
    assert Instance.objects.values().get(pk=run.pk) == before


def test_completing_twice_says_who_and_when(ana: User) -> None:
    run = started()
    first = item(run, "measure")
    did(run, "measure", ana, amount=1)
    other = User.objects.create_user(username="beto")
    with pytest.raises(AlreadyCompleted) as caught, transaction.atomic():
        actions.complete(first.pk, actor=other, facts={})
    assert (caught.value.who, caught.value.when) == ("Ana Rojas", NOON)
    assert "Ana Rojas" in str(caught.value)
    first.refresh_from_db()
    assert first.completed_by == ana


def test_withdrawing_ends_everything_with_the_reason(ana: User) -> None:
    run = started()
    did(run, "measure", ana, amount=1)
    with transaction.atomic():
        advance = actions.withdraw(run.pk, outcome="customer died")
    assert advance.ended
    run.refresh_from_db()
    assert (run.status, run.outcome) == ("withdrawn", "customer died")
    assert {(each.element, each.outcome) for each in advance.cancelled} == {("do_it", "customer died")}
    assert standing(run) == []
    with pytest.raises(NotRunning), transaction.atomic():
        actions.withdraw(run.pk, outcome="again")
    with pytest.raises(NotWaiting), transaction.atomic():
        actions.correlate(run.pk, "stop", facts={})


def test_reassigning_changes_only_what_is_said(ana: User) -> None:
    run = started()
    unit = Unit.objects.create(code="t", name="T", kind=Unit.Kind.RETENTION_TEAM)
    with transaction.atomic():
        actions.reassign(item(run, "measure").pk, unit=unit, due_at=LATER)
        actions.reassign(item(run, "measure").pk, assignee=ana)
    stored = item(run, "measure")
    assert (stored.assignee, stored.unit, stored.due_at) == (ana, unit, LATER)
    with transaction.atomic():
        actions.reassign(stored.pk, assignee=None)
    assert item(run, "measure").assignee is None


def test_waking_before_the_time_does_nothing(ana: User) -> None:
    run = started()
    did(run, "measure", ana, amount=1)
    before = Instance.objects.values().get(pk=run.pk)
    with clock.at(LATER - dt.timedelta(seconds=1)), transaction.atomic():
        advance = actions.wake(run.pk)
        assert actions.claim_due() is None
    assert (advance.opened, advance.passed) == ([], [])
    assert Instance.objects.values().get(pk=run.pk) == before


def test_the_engine_asks_for_a_transaction() -> None:
    # A test's own transaction is one, so the flag is taken away for a moment.
    connection.in_atomic_block, kept = False, connection.in_atomic_block
    try:
        with pytest.raises(NoTransaction):
            actions.lock(1)
    finally:
        connection.in_atomic_block = kept


def test_facts_are_scalars(ana: User) -> None:
    run = started()
    with pytest.raises(TypeError, match="amount"), transaction.atomic():
        actions.complete(item(run, "measure").pk, actor=ana, facts={"amount": [1]})


def test_few_statements_a_step(ana: User) -> None:
    run = started()
    did(run, "measure", ana, amount=500)
    chosen = item(run, "approve").pk
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        actions.complete(chosen, actor=ana, facts={})
    statements = [each["sql"] for each in asked if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 7, statements


def test_a_published_definition_never_changes() -> None:
    published = definition()
    published.bpmn = "<other/>"
    with pytest.raises(TypeError):
        published.save()
