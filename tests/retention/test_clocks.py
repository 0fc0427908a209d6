"""The tasks of a visit are due as their order is: a pause stops both, and both run on together."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arraigo import clock
from arraigo.engine.models import Wait
from arraigo.eventlog.models import Event
from arraigo.fieldwork import actions as fieldwork
from arraigo.orders import progress, queries
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention import firm_no, promises, sweeps, visits
from arraigo.retention.models import Promise
from tests.cast import NOW, Cast, Walk, moment
from tests.orders.test_replay import retold

Capture = Callable[..., AbstractContextManager[list[Any]]]
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture
def walk(db: None) -> Walk:
    with moment():
        home = Cast().household()
        home.repeated_faults()
        return Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")


def pause(walk: Walk, hours: float) -> None:
    with moment(hours=hours):
        supervisor = walk.cast[Role.OPERATIONS_SUPERVISOR]
        progress.pause(WorkOrder.objects.get(), reason="absent", evidence="Foto de la puerta", actor=supervisor)


def resume(hours: float) -> None:
    with moment(hours=hours):
        progress.resume(WorkOrder.objects.get(), actor=None)


def test_a_pause_stops_the_task_and_it_runs_on_with_the_order(
    walk: Walk, django_capture_on_commit_callbacks: Capture
) -> None:
    assert walk.item("step_07").due_at == NOW + DAY
    with django_capture_on_commit_callbacks(execute=True):
        pause(walk, 2)
    assert walk.item("step_07").due_at is None
    with django_capture_on_commit_callbacks(execute=True):
        resume(7)
    assert walk.item("step_07").due_at == WorkOrder.objects.get().due_at == NOW + DAY + 5 * HOUR


def test_the_technician_who_arrives_ends_the_pause_and_the_signatures_are_due_with_the_order(
    walk: Walk, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        pause(walk, 1)
    with moment(hours=4), django_capture_on_commit_callbacks(execute=True):
        fieldwork.begin_visit(WorkOrder.objects.get(), walk.cast[Role.TECHNICIAN])
    assert walk.item("step_07").due_at == NOW + DAY + 3 * HOUR
    with moment(hours=5):
        walk("step_07")
    assert walk.item("step_08").due_at == WorkOrder.objects.get().due_at == NOW + DAY + 3 * HOUR


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("solved", ["yes", "no"])
def test_who_writes_down_the_work_ends_the_pause(walk: Walk, begun: bool, solved: str) -> None:
    """Somebody opened after all: the 24 hours run from there, not from the signature, and a late one is late."""
    if begun:
        with moment(hours=0.5):
            fieldwork.begin_visit(WorkOrder.objects.get(), walk.cast[Role.TECHNICIAN])
    pause(walk, 1)
    with moment(hours=4):
        walk("step_07", solved=solved, cause="" if solved == "yes" else "plant")
    order, next_step = WorkOrder.objects.get(), "step_08" if solved == "yes" else "step_08_unsolved"
    assert (queries.open_pause(order), order.due_at) == (None, NOW + DAY + 3 * HOUR)
    assert walk.item(next_step).due_at == order.due_at
    assert order.trips.latest("id").arrived_at == order.visit.arrived_at == NOW + 4 * HOUR
    assert retold(order) == order.due_at
    if solved == "yes":
        with moment(hours=28):
            walk("step_08")
        assert Promise.objects.get(kind=Promise.Kind.VISIT).state == Promise.State.BROKEN


def test_a_visit_that_nobody_carried_out_is_broken_when_it_fell_due_and_stays_so(walk: Walk) -> None:
    pause(walk, 2)
    promise = Promise.objects.get(kind=Promise.Kind.VISIT)
    with moment(hours=100):
        assert sweeps.break_late_promises() == 0  # the 24 hours stand
        progress.resume(WorkOrder.objects.get(), actor=None)
    with moment(hours=121):
        assert sweeps.break_late_promises() == 0
    with moment(days=60):
        assert (sweeps.break_late_promises(), sweeps.break_late_promises()) == (1, 0)
    due = NOW + DAY + 98 * HOUR
    assert WorkOrder.objects.get().due_at == due
    with moment(days=61):
        walk.go("step_07", "step_08")
    promise.refresh_from_db()
    assert (promise.state, promise.ended_at, promise.due_at) == (Promise.State.BROKEN, due, due)
    event = Event.objects.get(kind="promise.broken")
    assert (event.data["due_at"], event.data["number"]) == (due.isoformat(), WorkOrder.objects.get().number)


def test_a_visit_carried_out_late_before_the_sweep_was_broken_when_it_fell_due(walk: Walk) -> None:
    with moment(days=40):
        walk.go("step_07", "step_08")
    promise = Promise.objects.get(kind=Promise.Kind.VISIT)
    assert (promise.state, promise.ended_at) == (Promise.State.BROKEN, NOW + DAY)


def test_what_a_pause_left_behind_the_sweep_finds(walk: Walk) -> None:
    pause(walk, 2)
    assert walk.item("step_07").due_at == NOW + DAY  # the process died before it could tell
    assert (sweeps.follow_clocks(), sweeps.follow_clocks()) == (1, 0)
    assert walk.item("step_07").due_at is None
    resume(3)
    assert (visits.follow_clocks(), visits.follow_clocks()) == (1, 0)
    assert walk.item("step_07").due_at == NOW + DAY + HOUR


def test_a_pause_elsewhere_moves_nothing_here(walk: Walk, django_capture_on_commit_callbacks: Capture) -> None:
    with moment():
        other = walk.cast.household("100002")
        other.repeated_faults()
        theirs = Walk(other).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(hours=1), django_capture_on_commit_callbacks(execute=True):
        order = WorkOrder.objects.get(case_number=theirs.case.number)
        progress.pause(order, reason="later", evidence="Pidió las 18:00", actor=walk.cast[Role.TECHNICIAN])
    assert (walk.item("step_07").due_at, theirs.item("step_07").due_at) == (NOW + DAY, None)


def test_clocks_of_an_earlier_version_are_counted_and_are_no_fault(walk: Walk, capsys: Any) -> None:
    """Its events told no waits and no meter; what began since is held against the records as ever."""
    with moment(hours=1):
        firm_no.say(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        walk.go("step_07", "step_08")
    for event in Event.objects.filter(case_number=walk.case.number, kind__startswith="case."):
        Event.objects.filter(pk=event.pk).update(
            data={name: told for name, told in event.data.items() if name not in ("waits", "meter")}
        )
    call_command("verify-clocks")
    assert "3 clocks began under an earlier version" in capsys.readouterr().out
    with moment(days=1):
        later = walk.cast.household("100002")
        later.repeated_faults()
        since = Walk(later).go("step_01", "step_02", "step_03", "step_04", "step_05")
    call_command("verify-clocks")
    assert "3 clocks began under an earlier version" in capsys.readouterr().out
    Wait.objects.filter(instance=since.case.instance, kind="timer").update(wake_at=NOW)
    with pytest.raises(CommandError, match=rf"{since.case.number}.*wait_post_service"):
        call_command("verify-clocks")


def test_what_was_due_by_the_end_of_december_is_broken_in_december(walk: Walk) -> None:
    midnight = dt.datetime(2027, 1, 1, tzinfo=clock.LA_PAZ)
    with moment():
        promises.promise(
            walk.case, Promise.Kind.COMPENSATION, role=Role.BILLING, due_at=midnight,
            values={"amount": "10", "product": "Internet", "month": NOW.date()},
        )  # fmt: skip
    with clock.at(midnight + HOUR):
        promises.overdue()
    promise = Promise.objects.get(kind=Promise.Kind.COMPENSATION)
    assert (promise.state, promise.ended_at) == (Promise.State.BROKEN, midnight - dt.timedelta(seconds=1))
