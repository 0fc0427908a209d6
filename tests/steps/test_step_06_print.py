"""Step 6: printed, and given to a technician of the order's operations centre."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import PrintBatch
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.retention import dispatch, sweeps
from tests.cast import Cast, Household, Walk

FRONT = ("step_01", "step_02", "step_03", "step_04", "step_05")


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go(*FRONT)


def test_a_batch_an_assignment_and_the_technicians_item(walk: Walk, cast: Cast) -> None:
    assert walk.item("step_06").unit == cast.center
    walk("step_06")
    batch, order = PrintBatch.objects.get(), WorkOrder.objects.get()
    assert (batch.printed_by, batch.operations_center) == (cast[Role.OPERATIONS_SUPERVISOR], cast.center)
    assert list(batch.work_orders.all()) == [order]
    assert order.technician == cast[Role.TECHNICIAN]
    assert walk.item("step_07").assignee == cast[Role.TECHNICIAN]
    assert walk.item("step_07").due_at == order.due_at
    assert walk.told("step_06")["batch"] == batch.number
    assert Event.objects.filter(kind="work_order.assigned", case_number=walk.case.number).exists()


def test_several_orders_are_one_batch(walk: Walk, cast: Cast) -> None:
    other = cast.household("100002")
    other.repeated_faults()
    second = Walk(other).go(*FRONT)
    dispatch.print_and_assign(
        list(WorkOrder.objects.all()),
        technician=cast[Role.TECHNICIAN],
        actor=cast[Role.OPERATIONS_SUPERVISOR],
    )
    assert PrintBatch.objects.get().work_orders.count() == 2
    assert walk.open == second.open == ["step_07"]


def test_only_technicians_of_the_centre(walk: Walk, cast: Cast) -> None:
    south = Unit.objects.create(code="co-sur", name="Centro Sur", kind=Unit.Kind.OPERATIONS_CENTER)
    stranger = User.objects.create(username="stranger")
    Membership.objects.create(user=stranger, role=Role.TECHNICIAN, unit=south)
    for technician in (stranger, cast[Role.ADVISOR]):
        errors = walk.errors("step_06", technician=str(technician.pk))
        assert list(errors) == ["technician"]
    assert walk.errors("step_06", technician="") == {"technician": ["This field is required."]}
    assert not PrintBatch.objects.exists()


class Killed(BaseException):
    """The process is gone."""


def cut_off(monkeypatch: pytest.MonkeyPatch, act: Callable[..., Any], *given: Any, after: int, **more: Any) -> None:
    """Let `act` die when it has completed step 6 of `after` orders."""
    real, left = dispatch.actions.complete_step, [after]

    def complete_step(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(dispatch.actions, "complete_step", complete_step)
        with pytest.raises(Killed):
            act(*given, **more)


def test_what_a_killed_process_left_printed_is_completed_by_the_next_sweep(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by who printed or assigned last; whose technician has left waits on the board and keeps no other waiting."""
    boss, colleague = cast[Role.OPERATIONS_SUPERVISOR], User.objects.create_user("supervisora2")
    technician = cast[Role.TECHNICIAN]
    leaving = User.objects.create_user("saliente")
    Membership.objects.create(user=leaving, role=Role.TECHNICIAN, unit=cast.center)
    walks = []
    for number in ("1", "2", "3", "4", "5"):
        home = cast.household(number)
        home.repeated_faults()
        walks.append(Walk(home).go(*FRONT))
    done, first, other, gone, only_printed = (WorkOrder.objects.get(case_number=walk.case.number) for walk in walks)
    dispatch.print_and_assign([only_printed], technician=None, actor=boss)
    dispatch.hand_over([done, first], technician=technician, actor=boss)
    cut_off(monkeypatch, dispatch.print_and_assign, [done, first], technician=None, actor=colleague, after=1)
    dispatch.print_and_assign([other], technician=None, actor=colleague)
    cut_off(monkeypatch, dispatch.hand_over, [other], technician=technician, actor=boss, after=0)
    cut_off(monkeypatch, dispatch.print_and_assign, [gone], technician=leaving, actor=boss, after=0)
    leaving.memberships.all().delete()
    assert [walk.open for walk in walks] == [["step_07"], *[["step_06"]] * 4]

    assert [sweeps.finish_printing(), sweeps.finish_printing()] == [2, 0]
    assert [walk.open for walk in walks] == [*[["step_07"]] * 3, ["step_06"], ["step_06"]]
    steps = Event.objects.filter(kind="case.step_completed", data__element="step_06")
    assert {event.case_number: event.actor for event in steps} == {
        done.case_number: colleague, first.case_number: colleague, other.case_number: boss,
    }  # fmt: skip
    assert [walk.told("step_06")["technician"] for walk in walks[:3]] == [str(technician)] * 3

    dispatch.hand_over([gone], technician=technician, actor=boss)
    with CaptureQueriesContext(connection) as queries:
        assert sweeps.finish_printing() == 0
    assert (walks[3].open, len(queries)) == (["step_07"], 1)
