"""The customer moves: a transfer of the service, else the baja."""

import datetime as dt

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.orders.models import ProductOrder
from arraigo.people.models import Role
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Household, Walk
from tests.web.conftest import signed_in


@pytest.fixture
def walk(home: Household) -> Walk:
    walk = Walk(home, products=[home.internet, home.television], reason="moving").go("step_01", "step_02")
    walk("step_11", reason="moving", demand="transfer")
    return walk


def test_one_order_per_product_and_one_promise(walk: Walk) -> None:
    walk("transfer", address="Av. Blanco Galindo km 5")
    assert {order.details["address"] for order in ProductOrder.objects.filter(kind="transfer")} == {
        "Av. Blanco Galindo km 5"
    }
    promise = Promise.objects.get()
    assert (promise.kind, promise.state, promise.role) == ("transfer", "open", Role.OPERATIONS_SUPERVISOR)
    assert promise.due_at == clock.now() + dt.timedelta(days=5)
    assert Offer.objects.filter(kind="transfer", answer="accepted").count() == 2
    assert walk.commands == ["product_order.create"] * 2
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


def test_a_refused_transfer_is_the_baja(walk: Walk) -> None:
    walk("transfer", address="", answer="refused")
    assert walk.open == ["termination"]
    assert not ProductOrder.objects.exists()
    assert walk.facts["refusals"] == 1


def test_a_transfer_has_an_address(walk: Walk) -> None:
    assert walk.errors("transfer", address="") == {"address": ["Write the new address."]}
    assert list(walk.errors("transfer", address="x" * 201)) == ["address"]
    assert walk.open == ["transfer"]


def test_a_transfer_that_is_done_keeps_its_promise_from_the_record(walk: Walk) -> None:
    walk("transfer", address="Av. Blanco Galindo km 5")
    client, number = signed_in(walk.cast[Role.ADVISOR]), walk.case.number
    record, done = reverse("case_record", args=[number]), reverse("case_transferred", args=[number])
    assert done in client.get(record).content.decode()
    assert client.post(done)["Location"] == record
    orders = ProductOrder.objects.order_by("id")
    promise = Promise.objects.get()
    assert {order.state for order in orders} == {"completed"}
    assert (promise.state, promise.proof) == ("kept", ", ".join(order.number for order in orders))
    assert done not in client.get(record).content.decode()
    assert "no tiene traslado por hacer" in client.post(done, follow=True).content.decode()
