"""Step 5: the Engineering Service and its visit, and what plant takes over."""

import datetime as dt
from typing import Any

import pytest

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.orders import actions, errors
from arraigo.orders.models import ProductOrder, WorkOrder
from arraigo.tickets.models import TroubleTicket
from tests.records import NOON, a_customer, a_product, a_user, a_visit, a_zone, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.at(NOON):
        yield


def test_the_order_carries_what_step_5_says(django_assert_max_num_queries: Any) -> None:
    zone = a_zone()
    customer = a_customer(zone=zone)
    internet, television = a_product(customer), a_product(customer)
    ticket = TroubleTicket.objects.create(number="TK-1", customer=customer, product=internet, opened_at=NOON)
    with django_assert_max_num_queries(12):
        order = a_visit(customer, internet, affected_products=[internet, television], tickets=[ticket.pk])
    sold = order.product_order
    assert (sold.kind, sold.price, sold.payment_terms, sold.product) == (
        "engineering_service",
        0,
        "Crédito",
        internet,
    )
    assert (order.activity_code, order.note, order.contact_phone) == ("40530", "GLOSA", "+59170000001")
    assert (order.zone, order.operations_center) == (zone, zone.operations_center)
    assert order.due_at == NOON + dt.timedelta(hours=24)
    assert set(order.products.all()) == {internet, television}
    assert list(order.tickets.all()) == [ticket]
    assert order.number == f"OT-2026-{order.pk:06d}"
    commands = list(Command.objects.order_by("id").values_list("kind", "status"))
    assert commands == [("product_order.create", "delivered"), ("work_order.create", "delivered")]
    assert Event.objects.get(kind="work_order.ordered").case_number == order.case_number


def test_a_customer_without_zone_gets_an_order_without_centre() -> None:
    customer = a_customer()
    assert a_visit(customer, a_product(customer)).operations_center is None


def test_one_open_visit_per_address() -> None:
    customer = a_customer()
    internet = a_product(customer)
    first = a_visit(customer, internet)
    with refused(errors.OpenVisitExists) as caught:
        a_visit(customer, internet)
    assert first.number in str(caught.value)
    assert ProductOrder.objects.count() == 1
    actions.complete_order(first, actor=None)
    assert a_visit(customer, internet).pk != first.pk


def test_what_failed_is_followed_with_priority_and_new_hours() -> None:
    customer = a_customer()
    first = a_visit(customer, a_product(customer), hours=24)
    with refused(errors.WrongState):
        actions.follow_up_order(first, hours=24, actor=None)
    with refused(errors.CauseMissing):
        actions.fail_order(first, cause=" ", actor=None)
    with clock.at(NOON + dt.timedelta(hours=10)):
        failed = actions.fail_order(first, cause="Poste caído", actor=None)
        second = actions.follow_up_order(failed, hours=24, plant_note="Cambiar poste", actor=None)
    assert (failed.state, failed.product_order.state) == ("failed", "inProgress")
    assert (second.previous, second.priority, second.product_order) == (failed, 1, failed.product_order)
    assert second.due_at == NOON + dt.timedelta(hours=34)
    assert second.note == "GLOSA\nCambiar poste"
    assert list(second.products.all()) == list(first.products.all())
    with refused(errors.AlreadyFollowed):
        actions.follow_up_order(failed, hours=24, actor=None)
    actions.complete_order(second, actor=None)
    assert ProductOrder.objects.get().state == "completed"


def test_what_is_open_in_a_case_is_cancelled() -> None:
    customer = a_customer()
    product = a_product(customer)
    order = a_visit(customer, product)
    actions.order_transfer(
        customer=customer,
        product=product,
        details={"address": "Tiquipaya"},
        case_number=order.case_number,
        actor=None,
    )
    elsewhere = a_customer()
    other = a_visit(elsewhere, a_product(elsewhere), case_number="RET-2026-000002")
    assert actions.cancel_open(order.case_number, actor=a_user()) == 1
    assert WorkOrder.objects.get(pk=order.pk).state == "cancelled"
    assert set(ProductOrder.objects.filter(case_number=order.case_number).values_list("state", flat=True)) == {
        "cancelled"
    }
    assert WorkOrder.objects.get(pk=other.pk).closed_at is None
    assert Command.objects.filter(kind="work_order.cancel").count() == 1
    assert actions.cancel_open(order.case_number) == 0


def test_a_courtesy_is_a_request_that_is_done_at_once() -> None:
    customer = a_customer()
    order = actions.order_courtesy(
        customer=customer,
        product=a_product(customer),
        details={"courtesy": "go_on"},
        case_number="",
        actor=None,
    )
    assert (order.kind, order.state, order.price) == ("courtesy", "completed", 0)
