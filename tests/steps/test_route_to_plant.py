"""Cannot be solved on site: a linked priority order, a new 24 hours, the 30 days stay."""

import datetime as dt

import pytest

from arraigo.orders.models import WorkOrder
from arraigo.retention.models import Promise
from tests.cast import NOW, Household, Walk, moment


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(hours=10):
        walk("step_07", solved="no", tasks=[], cause="plant")
        walk("step_08_unsolved")
    return walk


def test_a_linked_order_with_priority(walk: Walk) -> None:
    thirty_days = walk.facts["post_service_at"]
    with moment(hours=12):
        walk("route_to_plant", plant_note="Caja 14 sin potencia")
    failed, following = WorkOrder.objects.order_by("id")
    assert (following.previous, following.priority) == (failed, failed.priority + 1)
    assert following.product_order == failed.product_order
    assert following.note == f"{failed.note}\nCaja 14 sin potencia"
    assert following.due_at == NOW + dt.timedelta(hours=36)
    assert walk.told("route_to_plant")["work_order"] == following.number
    assert walk.facts["post_service_at"] == thirty_days
    assert walk.open == ["step_06"]
    assert walk.commands[-1] == "work_order.create"


def test_the_first_promise_is_broken_and_a_new_one_made(walk: Walk) -> None:
    walk("route_to_plant")
    first, second = Promise.objects.filter(kind="visit").order_by("id")
    assert (first.state, first.proof) == ("broken", WorkOrder.objects.earliest("id").number)
    assert (second.state, second.due_at) == ("open", WorkOrder.objects.latest("id").due_at)


def test_plant_is_told_what_to_mend(walk: Walk) -> None:
    assert walk.errors("route_to_plant", plant_note="") == {"plant_note": ["This field is required."]}
    assert WorkOrder.objects.count() == 1
    assert walk.open == ["route_to_plant"]
