"""Bajas are executed: from billing's list, or by ending the product on its page."""

import datetime as dt
from decimal import Decimal

from django.urls import reverse

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.products import courtesies
from arraigo.terminations import actions
from arraigo.terminations.models import Termination
from tests.cast import NOW, Cast, moment
from tests.web.conftest import signed_in
from tests.web.test_query_counts import grows

WAITING, EXECUTED = reverse("billing_terminations"), reverse("billing_terminations_executed")
MOST = 12
"""Statements of one list, session and user included."""


def a_baja(cast: Cast, number: str) -> Termination:
    return actions.request_termination(
        [cast.household(number).internet], reason="price", case_number="", return_items=["Módem", "Fuente"],
        return_by=dt.date(2026, 3, 20), actor=cast[Role.ADVISOR],
    )[0]  # fmt: skip


def test_the_lists_grow_without_more_queries(cast: Cast) -> None:
    def asked(number: str) -> None:
        a_baja(cast, number)

    def executed(number: str) -> None:
        actions.execute_termination(a_baja(cast, f"9{number}"), actor=None)

    grows(cast[Role.BILLING], WAITING, asked, MOST)
    grows(cast[Role.BILLING], EXECUTED, executed, MOST)


def test_a_baja_is_executed_with_its_day_and_what_came_back(cast: Cast) -> None:
    asked, client = a_baja(cast, "100001"), signed_in(cast[Role.BILLING])
    courtesy = courtesies.grant_courtesy(
        asked.product, kind="bandwidth", details={}, starts_at=NOW, ends_at=NOW + dt.timedelta(days=30),
        cost=Decimal(0), case_number="", actor=None,
    )  # fmt: skip
    page = reverse("billing_termination", args=[asked.number])
    with moment(days=6):
        assert client.get(WAITING).context["list"].rows == [asked]
        assert client.get(f"{WAITING}?late=on").context["list"].rows == []
        for day in (NOW.date() - dt.timedelta(days=1), clock.today() + dt.timedelta(days=1)):
            again = client.post(page, {"on": day, "returned": ["Fuente"]})
            assert (again.status_code, list(again.context["form"].errors)) == (400, ["on"])
        back = client.post(page, {"on": NOW.date() + dt.timedelta(days=2), "returned": ["Fuente"]}, follow=True)
        assert back.context["list"].rows == []
        assert [row.number for row in client.get(EXECUTED).context["list"].rows] == [asked.number]
        assert "Módem" in client.get(f"{EXECUTED}?export=csv").content.decode("utf-8-sig")
        assert client.get(page).status_code == client.post(page, {"on": clock.today()}).status_code == 409
    done = Termination.objects.get()
    assert done.executed_at == clock.start_of_day(NOW.date() + dt.timedelta(days=2))
    assert (done.returned_items, done.missing_items) == (["Fuente"], ["Módem"])
    assert Event.objects.get(kind="termination.executed").data["missing_items"] == ["Módem"]
    product = done.product
    assert (product.status, product.ended_on) == ("terminated", NOW.date() + dt.timedelta(days=2))
    courtesy.refresh_from_db()
    assert courtesy.status == "withdrawn"


def test_what_comes_back_late_is_noted(cast: Cast) -> None:
    asked, client = a_baja(cast, "100001"), signed_in(cast[Role.BILLING])
    page = reverse("billing_termination_returned", args=[asked.number])
    assert client.get(page).status_code == 409
    actions.execute_termination(asked, returned=["Fuente"], actor=None)
    assert page in client.get(EXECUTED).content.decode()
    for sent in ({}, {"items": ["Fuente"]}):
        assert client.post(page, sent).status_code == 400
    with moment(days=30):
        assert client.post(page, {"items": ["Módem"]})["Location"] == EXECUTED
    asked.refresh_from_db()
    assert (asked.returned_items, asked.missing_items) == (["Fuente", "Módem"], [])
    assert Event.objects.get(kind="termination.returned").data["missing_items"] == []
    assert page not in client.get(EXECUTED).content.decode()
    assert client.post(page, {"items": ["Módem"]}).status_code == 409
    assert signed_in(cast[Role.ADVISOR]).get(page).status_code == 404


def test_a_product_ended_on_its_page_executes_its_baja(cast: Cast) -> None:
    asked = a_baja(cast, "100001")
    with moment(days=3):
        form = {"status": "terminated", "reason": "request", "ended_on": NOW.date() - dt.timedelta(days=1)}
        answer = signed_in(cast[Role.ADVISOR]).post(reverse("product", args=[asked.product.number]), form)
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert (asked.returned_items, asked.missing_items) == (None, [])
    assert (asked.executed_at, asked.product.ended_on) == (asked.requested_at, NOW.date() - dt.timedelta(days=1))
    assert signed_in(cast[Role.BILLING]).get(WAITING).context["list"].rows == []
