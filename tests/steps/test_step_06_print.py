"""Step 6: printed, and given to a technician of the order's operations centre."""

import pytest

from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import PrintBatch
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.retention import dispatch
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
