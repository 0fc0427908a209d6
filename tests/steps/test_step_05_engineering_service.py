"""Step 5: the Engineering Service on the Internet product, its note, its 24 hours."""

import datetime as dt
from typing import Any

import pytest

from arraigo import clock
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention.models import Promise
from arraigo.tickets.models import TroubleTicket
from tests.cast import Household, Walk


def to_step_05(home: Household, product: Product | None = None, **answers: Any) -> Walk:
    product = product or home.internet
    home.fault(days_ago=9, product=product)
    home.fault(days_ago=2, product=product)
    walk = Walk(home, products=[product]).go("step_01", "step_02")
    walk("step_03", **{f"kind_{product.pk}": "bill_waiver", **answers})
    if walk.open == ["approve_03"]:
        walk("approve_03")
    return walk.go("step_04")


def test_the_order_its_promise_its_clock_and_its_commands(home: Household) -> None:
    walk = to_step_05(home).go("step_05")
    order, visit = WorkOrder.objects.get(), Promise.objects.get(kind="visit")
    assert order.product_order.kind == "engineering_service"
    assert (order.contact_phone, order.operations_center) == ("70000001", home.cast.center)
    assert order.due_at == visit.due_at == clock.now() + dt.timedelta(hours=24)
    assert (visit.state, visit.role) == ("open", Role.TECHNICIAN)
    assert walk.facts["post_service_at"] == (clock.now() + dt.timedelta(days=30)).isoformat()
    assert walk.told("step_05")["work_order"] == order.number
    assert walk.commands == ["bill_adjustment.apply", "product_order.create", "work_order.create"]
    assert walk.open == ["step_06"]
    assert walk.item("step_06").due_at == order.due_at


def test_as_engineering_service_not_as_fault(home: Household) -> None:
    walk = to_step_05(home)
    before = TroubleTicket.objects.count()
    walk("step_05")
    assert TroubleTicket.objects.count() == before
    assert WorkOrder.objects.get().tickets.count() == 2


def test_it_is_sold_on_the_internet_product(home: Household) -> None:
    to_step_05(home, home.television).go("step_05")
    order = WorkOrder.objects.get()
    assert order.product_order.product == home.internet
    assert list(order.products.all()) == [home.television]


def test_without_internet_on_the_affected_product(home: Household) -> None:
    Product.objects.filter(pk=home.internet.pk).update(status="terminated", reason="request")
    to_step_05(home, home.television).go("step_05")
    assert WorkOrder.objects.get().product_order.product == home.television


def test_the_note_names_the_month_waived_and_the_phone(home: Household) -> None:
    to_step_05(home)("step_05", contact_phone="44123456")
    note = WorkOrder.objects.get().note
    assert "SE OFERTA NO COBRO EL MES DE MARZO" in note
    assert note.endswith("AL CEL 44123456")


def test_a_phone_corrected_here_is_the_cases_from_now_on(home: Household) -> None:
    walk = to_step_05(home)
    walk("step_05", contact_phone="71234567")
    assert walk.reload().contact_phone == "+59171234567"


def test_a_compensation_has_its_own_sentence(home: Household) -> None:
    pk = home.internet.pk
    compensated: Any = {f"kind_{pk}": "compensation", f"amount_{pk}": "20"}
    to_step_05(home, **compensated)("step_05")
    note = WorkOrder.objects.get().note
    assert "SE OFERTA COMPENSACION DEL MES DE MARZO" in note
    assert "NO COBRO" not in note


def test_a_product_waived_and_another_compensated_have_a_note_each(home: Household) -> None:
    home.repeated_faults()
    home.fault(days_ago=9, product=home.television)
    home.fault(days_ago=2, product=home.television)
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02")
    tv = home.television.pk
    walk("step_03", **{f"kind_{tv}": "compensation", f"amount_{tv}": "20"})
    walk.go("step_04", "step_05")
    waived, compensated = WorkOrder.objects.get().note.split("\n")
    policy = procedures.current_policy()
    for variant, note in (("bill_waiver", waived), ("compensation", compensated)):
        assert note == policy.text(f"note.{variant}").replace("XXXXXX", "70000001")  # it is March
    assert compensated != waived


@pytest.mark.parametrize(
    ("phone", "said"),
    [("", "required"), ("7" * 21, "20"), ("no tiene", "no telephone number"), ("7071234", "8 digits")],
)
def test_the_technician_needs_a_phone(home: Household, phone: str, said: str) -> None:
    walk = to_step_05(home)
    errors = walk.errors("step_05", contact_phone=phone)
    assert list(errors) == ["contact_phone"]
    assert said in errors["contact_phone"][0]
    assert not WorkOrder.objects.exists()
