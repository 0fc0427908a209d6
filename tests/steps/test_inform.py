"""Not eligible: the customer is told why, and stays or leaves; no offer, no Engineering Service."""

import datetime as dt

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention import sweeps
from arraigo.retention.models import Offer, Promise
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import TroubleTicket
from tests.cast import Household, Walk, moment
from tests.web.conftest import signed_in


@pytest.fixture
def walk(home: Household) -> Walk:
    home.listing()
    home.repeated_faults()
    walk = Walk(home).go("step_01")
    walk("override", granted="no")
    return walk


def test_a_fault_is_still_repaired_as_an_ordinary_incident(walk: Walk) -> None:
    walk("inform", wish="incident")
    promise, ticket = Promise.objects.get(), TroubleTicket.objects.latest("id")
    assert (promise.kind, promise.state, promise.role) == ("incident", "open", Role.OPERATIONS_SUPERVISOR)
    assert promise.due_at == clock.now() + dt.timedelta(hours=72)
    assert (promise.proof, ticket.product, ticket.type) == (ticket.number, walk.home.internet, "fault")
    assert walk.case.outcome == "ordinary_incident"
    assert (walk.told("inform")["ended"], walk.told("inform")["tickets"]) == ("ordinary_incident", [ticket.number])
    assert not WorkOrder.objects.exists()
    assert not Offer.objects.exists()


def test_a_fault_that_is_open_already_is_the_one_that_is_repaired(walk: Walk) -> None:
    open_one = walk.home.fault(days_ago=1, solved=False)
    walk("inform", wish="incident")
    assert Promise.objects.get().proof == open_one.number == TroubleTicket.objects.latest("id").number
    assert open_one.interactions.get().text == "Me quiero ir"


def test_who_has_no_fault_stays_as_things_are(home: Household) -> None:
    """Nobody is promised the repair of a fault that is none, and none counts against the product."""
    home.listing()
    walk = Walk(home, reason="price", products=[home.internet, home.television]).go("step_01")
    walk("override", granted="no", reason="Debe dos años")
    page = signed_in(walk.cast[Role.ADVISOR]).get(reverse("case", args=[walk.case.number]))
    assert "se queda como está: no hay ningún daño que reparar" in page.content.decode()
    assert f"{walk.cast[Role.TEAM_LEAD]} no autoriza una oferta: «Debe dos años»" in page.content.decode()
    broken = home.fault(days_ago=1, solved=False, product=home.television)
    walk("inform", wish="incident")
    assert Promise.objects.get().proof == broken.number
    assert TroubleTicket.objects.get() == broken
    assert walk.case.outcome == "ordinary_incident"
    assert "incident" not in walk.case.get_outcome_display().lower()


def test_a_solution_that_the_customer_disputes_is_repaired_again(home: Household) -> None:
    home.listing()
    fault = home.fault(days_ago=3)
    walk = Walk(home, reason="price").go("step_01")
    walk("override", granted="no")
    tickets.dispute(fault, actor=walk.cast[Role.ADVISOR], note="Sigue cortándose")
    walk("inform", wish="incident")
    ticket = TroubleTicket.objects.latest("id")
    assert (Promise.objects.get().proof, ticket.product) == (ticket.number, home.internet)
    assert ticket != fault


def test_faults_that_repeat_are_repaired_though_each_is_solved(home: Household) -> None:
    home.listing()
    home.repeated_faults()
    walk = Walk(home, reason="price").go("step_01")
    walk("override", granted="no")
    walk("inform", wish="incident")
    ticket = TroubleTicket.objects.latest("id")
    assert (Promise.objects.get().proof, ticket.product, ticket.is_open) == (ticket.number, home.internet, True)


def _solve(number: str) -> None:
    ticket = TroubleTicket.objects.get(number=number)
    for state in ("inProgress", "resolved"):
        tickets.change_state(ticket, state, actor=None)


@pytest.mark.parametrize(("hours", "state"), [(71.9, "kept"), (72, "kept"), (72.1, "broken")])
def test_the_promise_ends_with_its_ticket(walk: Walk, hours: float, state: str) -> None:
    walk("inform", wish="incident")
    with moment(hours=hours):
        _solve(Promise.objects.get().proof)
    assert Promise.objects.get().state == state
    assert Event.objects.filter(kind=f"promise.{state}", case_number=walk.case.number).count() == 1


def test_a_late_repair_breaks_its_promise_without_anybody_touching_the_ticket(walk: Walk) -> None:
    walk("inform", wish="incident")
    with moment(hours=72):
        assert sweeps.end_repairs() == 0
    with moment(hours=73):
        assert (sweeps.end_repairs(), sweeps.end_repairs()) == (1, 0)
        _solve(Promise.objects.get().proof)
    assert Promise.objects.get().state == "broken"


def test_a_ticket_that_was_none_takes_its_promise_along(walk: Walk) -> None:
    walk("inform", wish="incident")
    tickets.change_state(TroubleTicket.objects.get(number=Promise.objects.get().proof), "rejected", actor=None)
    assert Promise.objects.get().state == "cancelled"


def test_a_baja_is_still_taken(walk: Walk) -> None:
    walk("inform", wish="termination")
    assert walk.facts["wants_termination"] is True
    assert walk.open == ["termination"]
    assert not Promise.objects.exists()


@pytest.mark.parametrize("wish", ["", "offer"])
def test_there_are_two_wishes(walk: Walk, wish: str) -> None:
    assert list(walk.errors("inform", wish=wish)) == ["wish"]
    assert walk.open == ["inform"]
