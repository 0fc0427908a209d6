"""Not eligible: the customer is told why, and stays or leaves; no offer, no Engineering Service."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention.models import Offer, Promise
from tests.cast import Household, Walk


@pytest.fixture
def walk(home: Household) -> Walk:
    home.listing()
    home.repeated_faults()
    walk = Walk(home).go("step_01")
    walk("override", granted="no")
    return walk


def test_a_fault_is_still_repaired_as_an_ordinary_incident(walk: Walk) -> None:
    walk("inform", wish="incident")
    promise = Promise.objects.get()
    assert (promise.kind, promise.state, promise.role) == ("incident", "open", Role.OPERATIONS_SUPERVISOR)
    assert promise.due_at == clock.now() + dt.timedelta(hours=72)
    assert walk.case.outcome == "ordinary_incident"
    assert walk.told("inform")["ended"] == "ordinary_incident"
    assert not WorkOrder.objects.exists()
    assert not Offer.objects.exists()


def test_a_baja_is_still_taken(walk: Walk) -> None:
    walk("inform", wish="termination")
    assert walk.facts["wants_termination"] is True
    assert walk.open == ["termination"]
    assert not Promise.objects.exists()


@pytest.mark.parametrize("wish", ["", "offer"])
def test_there_are_two_wishes(walk: Walk, wish: str) -> None:
    assert list(walk.errors("inform", wish=wish)) == ["wish"]
    assert walk.open == ["inform"]
