"""Pages beside the steps: each role's side bar, the pages of a customer and of a case, entry by hand."""

import datetime as dt
from collections.abc import Callable

import pytest

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention import sweeps
from arraigo.tickets.models import TroubleTicket
from tests.cast import Household, Walk
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07")


def test_the_side_bars(sign_in: SignIn, walk: Walk) -> None:
    """Every entry of every desk leads to a page; what else the pages show is the business of the other tests."""
    for role in Role:
        if role == Role.TECHNICIAN:
            continue
        person = sign_in(role)
        links = person.page.locator("aside nav a.nav-link")
        addresses = [str(link.get_attribute("href")) for link in links.all()]
        assert addresses, role
        for address in addresses:
            person.go(address)
            assert person.status == 200, (role, address)
            current = person.page.locator(f"aside nav a[href='{address}'][aria-current=page]")
            assert current.count() == 1, (role, address)


def test_the_case_with_its_diagram(sign_in: SignIn, walk: Walk) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/cases/{walk.case.number}/record/")
    ana.page.locator("[data-diagram][data-ready=yes]").wait_for()
    assert ana.page.locator(".is-active[data-element-id=step_08]").count() == 1
    assert ana.page.locator(".is-done[data-element-id=step_07]").count() == 1
    lines = ana.page.locator(".djs-connection.is-done .djs-visual > path")
    assert lines.count() >= 7  # from each step to the next one
    assert lines.first.evaluate("each => getComputedStyle(each).stroke") == "rgb(26, 90, 166)"
    host = ana.page.locator("[data-diagram]").bounding_box()
    assert host is not None
    for step in ("step_06", "step_07", "step_08"):  # the present one and the two before are in view
        box = ana.page.locator(f"[data-element-id={step}].djs-shape").bounding_box()
        assert box is not None
        assert host["x"] <= box["x"], step
        assert box["x"] + box["width"] <= host["x"] + host["width"], step
        assert host["y"] <= box["y"], step
        assert box["y"] + box["height"] <= host["y"] + host["height"], step
    drawing = ana.page.locator("[data-diagram] svg[tabindex]")
    before = ana.page.locator("[data-element-id=step_08].djs-shape").bounding_box()
    drawing.press("ArrowRight")
    after = ana.page.locator("[data-element-id=step_08].djs-shape").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"]
    assert str(walk.cast.version.definition) in ana.text


def test_the_way_of_who_refuses_everything(sign_in: SignIn, home: Household) -> None:
    """The procedure was broken off by its border: nothing leads on from it."""
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    walk("step_03", answer="refused")
    walk("step_11")
    walk("step_12", answer="refused")
    assert walk.open == ["termination"]
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/cases/{walk.case.number}/record/")
    ana.page.locator("[data-diagram][data-ready=yes]").wait_for()
    for line, taken in (
        ("request__retention", 1), ("rejects_everything__termination", 1), ("retention__case_evaluated", 0),
    ):  # fmt: skip
        assert ana.page.locator(f".djs-connection.is-done[data-element-id=flow_{line}]").count() == taken, line


def test_the_way_of_who_waits_for_the_second_control(sign_in: SignIn, walk: Walk) -> None:
    """The first control was passed: its line leads to the join, which waits for the other."""
    walk("step_08")
    with clock.at(clock.now() + dt.timedelta(days=7)):  # on the next business day, whatever it is
        sweeps.wake_due_cases()
        walk("step_09")
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/cases/{walk.case.number}/record/")
    ana.page.locator("[data-diagram][data-ready=yes]").wait_for()
    for line, taken in (
        ("gw_control_09__gw_join", 1), ("gw_control_09__failed_09", 0),
        ("gw_control_10__gw_join", 0), ("gw_join__controls_done", 0),
    ):  # fmt: skip
        assert ana.page.locator(f".djs-connection.is-done[data-element-id=flow_{line}]").count() == taken, line


def test_customer_product_and_ticket_entered_by_hand(sign_in: SignIn, walk: Walk) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.go("/customers/new/")
    ana.sends(number="200001", name="Rosa Mamani", address="Calle Nueva 7", zone=walk.cast.zone.pk)
    rosa = Customer.objects.get(number="200001")
    assert (rosa.name, rosa.zone) == ("Rosa Mamani", walk.cast.zone)
    ana.go("/customers/200001/products/new/")
    ana.sends(number="I-200001", offering=walk.cast.fibre.pk, price="140")
    assert Product.objects.get(number="I-200001").customer == rosa
    ana.go("/customers/200001/tickets/new/")
    ana.sends(product=Product.objects.get(number="I-200001").pk, symptom="cuts", description="Se corta de noche")
    ticket = TroubleTicket.objects.get(customer=rosa)
    assert ticket.description == "Se corta de noche"
    ana.searches("Rosa Mamani")
    ana.click("main a[href='/customers/200001/']")
    assert ticket.number in ana.text
