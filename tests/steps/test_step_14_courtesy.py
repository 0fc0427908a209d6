"""Step 14: one courtesy per case, none while another runs, more bandwidth on fibre only."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.messages.models import Message
from arraigo.orders.models import ProductOrder
from arraigo.people.models import Role
from arraigo.products import actions as products
from arraigo.products.errors import CourtesyGranted
from arraigo.products.models import Courtesy, Offering, Product
from arraigo.retention import sweeps, undo
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Cast, Household, Walk, moment
from tests.web.conftest import signed_in


def to_step_14(home: Household, *owned: Product) -> Walk:
    walk = Walk(home, products=list(owned) or None, reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    return walk


def running(product: Product) -> Courtesy:
    now = clock.now()
    return products.grant_courtesy(
        product, kind="bandwidth", details={}, starts_at=now, ends_at=now + dt.timedelta(days=30),
        cost=Decimal(60), case_number="", actor=None,
    )  # fmt: skip


def test_it_starts_and_ends_by_itself(home: Household) -> None:
    walk = to_step_14(home)
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    courtesy, offer, promise = Courtesy.objects.get(), Offer.objects.get(), Promise.objects.get()
    assert (courtesy.status, courtesy.case_number) == ("active", walk.case.number)
    assert courtesy.ends_at - courtesy.starts_at == dt.timedelta(days=30)
    assert (offer.courtesy, offer.courtesy_kind, offer.amount) == (courtesy, "bandwidth", Decimal("60.00"))
    assert (promise.kind, promise.due_at) == ("courtesy", courtesy.ends_at)
    assert ProductOrder.objects.get().kind == "courtesy"
    assert walk.commands == ["courtesy.activate"]
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED
    with moment(days=29):
        sweeps.end_courtesies()
        assert Promise.objects.get().state == "open"
    with moment(days=30) as over:
        sweeps.end_courtesies()
    courtesy.refresh_from_db()
    assert courtesy.status == "ended"
    assert walk.commands == ["courtesy.activate", "courtesy.withdraw"]
    promise.refresh_from_db()
    assert (promise.state, promise.ended_at) == ("kept", over)
    assert Event.objects.get(kind="promise.kept").case_number == walk.case.number


def test_it_starts_on_the_day_that_was_chosen(home: Household) -> None:
    """It waits until then, and the sweep of that day starts it."""
    walk, day = to_step_14(home), clock.today() + dt.timedelta(days=3)
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}", starts_on=day.isoformat())
    courtesy, promise = Courtesy.objects.get(), Promise.objects.get()
    assert (courtesy.status, courtesy.starts_at) == ("scheduled", clock.start_of_day(day))
    assert promise.due_at == courtesy.ends_at == courtesy.starts_at + dt.timedelta(days=30)
    assert f"{day:%d/%m/%Y}" in promise.text
    assert walk.commands == []
    with moment(days=2):
        assert sweeps.start_courtesies() == 0
    with moment(days=3):
        assert sweeps.start_courtesies() == 1
    assert walk.commands == ["courtesy.activate"]
    last = courtesy.last_day  # it ends with that day, at midnight: customer, receipt and page are told the same
    assert clock.start_of_day(last + dt.timedelta(days=1)) == courtesy.ends_at
    assert promise.text.endswith(f"hasta el {last:%d/%m/%Y}; termina automáticamente.")
    assert Message.objects.get(kind="courtesy.started").data["fin"] == f"{last:%d/%m/%Y}"
    page = signed_in(home.cast[Role.ADVISOR]).get(reverse("case_record", args=[walk.case.number])).content.decode()
    assert f"{day:%d/%m/%Y} – {last:%d/%m/%Y}" in page


def test_before_it_starts_it_is_taken_back(home: Household) -> None:
    walk, day = to_step_14(home), clock.today() + dt.timedelta(days=3)
    item = walk.item("step_14")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}", starts_on=day.isoformat())
    undo.undo(item.pk, reason="Prefiere Línea Max", actor=home.cast[Role.ADVISOR])
    assert Courtesy.objects.get().status == "withdrawn"
    assert Event.objects.get(kind="courtesy.withdrawn").data["reason"] == "Prefiere Línea Max"
    walk.reload()
    assert walk.open == ["step_14"]
    assert walk.commands == []


@pytest.mark.parametrize("days", [-1, 16])
def test_the_day_lies_within_the_days_of_the_policy(home: Household, days: int) -> None:
    walk, day = to_step_14(home), clock.today() + dt.timedelta(days=days)
    choice = f"bandwidth:{home.internet.pk}"
    assert list(walk.errors("step_14", courtesy=choice, starts_on=day.isoformat())) == ["starts_on"]
    assert list(walk.errors("step_14", courtesy=choice, starts_on="mañana")) == ["starts_on"]
    assert not Courtesy.objects.exists()


def test_more_bandwidth_is_for_fibre(cast: Cast, home: Household) -> None:
    radio = Offering.objects.create(
        code="r-10", name="Internet radio", service="internet", technology="fixed_wireless", list_price=Decimal(99)
    )
    Product.objects.filter(pk=home.internet.pk).update(offering=radio)
    walk = to_step_14(home)
    assert list(walk.errors("step_14", courtesy=f"bandwidth:{home.internet.pk}")) == ["courtesy"]
    walk("step_14", courtesy=f"linea_max:{home.internet.pk}")
    assert walk.open == []


def test_none_while_another_runs_on_the_product(home: Household) -> None:
    running(home.internet)
    walk = to_step_14(home, home.internet, home.television)
    assert list(walk.errors("step_14", courtesy=f"linea_max:{home.internet.pk}")) == ["courtesy"]
    walk("step_14", courtesy=f"premium_channels:{home.television.pk}")
    assert Courtesy.objects.filter(case_number=walk.case.number).count() == 1


def test_where_none_is_possible_the_case_goes_on_without(home: Household) -> None:
    running(home.internet)
    walk = to_step_14(home)
    said = "No courtesy is possible now: record that there is none, and go on."
    assert walk.errors("step_14") == {"answer": [said]}
    walk("step_14", answer="refused")
    assert not Offer.objects.exists()
    assert walk.facts["offered_courtesy"] is True
    assert walk.open == ["step_12"]


def test_one_per_case(home: Household) -> None:
    walk = to_step_14(home, home.internet, home.television)
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    now = clock.now()
    with pytest.raises(CourtesyGranted):
        products.grant_courtesy(
            home.television, kind="go_on_tv", details={}, starts_at=now, ends_at=now + dt.timedelta(days=1),
            cost=Decimal(1), case_number=walk.case.number, actor=None,
        )  # fmt: skip


def test_channels_are_named(home: Household) -> None:
    walk = to_step_14(home, home.television)
    key = f"premium_channels:{home.television.pk}"
    assert walk.errors("step_14", courtesy=key, channels=[]) == {"channels": ["Choose one channel or both."]}
    walk("step_14", courtesy=key, channels=["STAR", "HBO"])
    assert Courtesy.objects.get().details == {"channels": ["STAR", "HBO"]}


def test_the_one_device_is_named(home: Household) -> None:
    walk = to_step_14(home, home.television)
    key = f"go_on_tv:{home.television.pk}"
    assert walk.errors("step_14", courtesy=key, detail="") == {"detail": ["Write which mobile device."]}
    walk("step_14", courtesy=key, detail="Teléfono de la socia")
    assert Courtesy.objects.get().details == {"device": "Teléfono de la socia"}


@pytest.mark.parametrize("courtesy", ["", "free_beer:1"])
def test_a_courtesy_is_of_the_list(home: Household, courtesy: str) -> None:
    walk = to_step_14(home)
    assert list(walk.errors("step_14", courtesy=courtesy)) == ["courtesy"]
    assert not Courtesy.objects.exists()


def test_a_refusal_grants_nothing_and_allows_a_compensation(home: Household) -> None:
    walk = to_step_14(home)
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}", answer="refused", firm_no="on")
    assert not Courtesy.objects.exists()
    assert Offer.objects.get().answer == "refused"
    assert walk.open == ["step_12"]
    walk("step_12", answer="refused")
    assert walk.open == ["termination"]
