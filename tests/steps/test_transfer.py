"""The customer moves: a transfer of the service, else the baja."""

import datetime as dt

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.messages.models import Notice
from arraigo.orders.models import ProductOrder
from arraigo.people.models import Role
from arraigo.retention import promises, sweeps, undo
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Household, Walk, moment
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


def test_a_transfer_that_is_late_breaks_its_promise_and_is_told_as_late_when_it_is_done(walk: Walk) -> None:
    """Also where nothing is noted until long after."""
    walk("transfer", address="Av. Blanco Galindo km 5")
    client, number = signed_in(walk.cast[Role.ADVISOR]), walk.case.number
    record, done = reverse("case_record", args=[number]), reverse("case_transferred", args=[number])
    promise = Promise.objects.get()
    due = promise.due_at
    with moment(days=4.9):
        sweeps.remind_of_promises()
        assert sweeps.break_late_promises() == 0
    with moment(days=5.1):
        assert sweeps.remind_of_promises() == sweeps.break_late_promises() == 1
        assert (sweeps.remind_of_promises(), sweeps.break_late_promises()) == (0, 0)
    promise.refresh_from_db()
    assert (promise.state, promise.ended_at, promise.proof) == ("broken", due, "")
    assert Event.objects.get(kind="promise.broken").data["due_at"] == due.isoformat()
    assert Notice.objects.filter(kind="promise.late", case_number=number).exists()
    with moment(days=7):
        page = client.get(record).content.decode()
        assert (done in page, "hecho tarde" in page) == (True, False)
        client.post(done)
        page = client.get(record).content.decode()
        assert (done in page, "hecho tarde" in page) == (False, True)
    promise.refresh_from_db()
    orders = ", ".join(order.number for order in ProductOrder.objects.order_by("id"))
    assert (promise.state, promise.ended_at, promise.proof) == ("broken", due, orders)
    assert Event.objects.get(kind="promise.kept_late").actor == walk.cast[Role.ADVISOR]


def test_a_late_transfer_noted_before_anybody_found_it_late_is_broken_on_its_day(walk: Walk) -> None:
    walk("transfer", address="Av. Blanco Galindo km 5")
    with moment(days=6):
        promises.transferred(walk.case, actor=walk.cast[Role.ADVISOR])
    promise = Promise.objects.get()
    assert (promise.state, promise.ended_at) == ("broken", promise.due_at)
    assert list(Event.objects.filter(kind__startswith="promise.").order_by("pk").values_list("kind", flat=True)) == [
        "promise.broken", "promise.kept_late",
    ]  # fmt: skip


def test_a_broken_promise_of_a_transfer_taken_back_is_not_what_the_next_one_keeps(walk: Walk) -> None:
    walk("transfer", address="Av. Blanco Galindo km 5")
    advisor = walk.cast[Role.ADVISOR]
    client = signed_in(advisor)
    record, done = (reverse(name, args=[walk.case.number]) for name in ("case_record", "case_transferred"))
    with moment(days=6):
        sweeps.break_late_promises()
        last = undo.last_step(walk.case)
        assert last is not None
        undo.undo(last.pk, reason="Otra dirección", actor=advisor)
        assert done not in client.get(record).content.decode()
        walk("transfer", address="Calle Dos 2")
    with moment(days=7):
        promises.transferred(walk.case, actor=advisor)
    numbers = ProductOrder.objects.filter(state="completed").order_by("pk").values_list("number", flat=True)
    assert list(Promise.objects.order_by("pk").values_list("state", "proof")) == [
        ("broken", ""), ("kept", ", ".join(numbers)),
    ]  # fmt: skip
    assert not Event.objects.filter(kind="promise.kept_late").exists()
