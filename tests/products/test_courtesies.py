"""Courtesies (step 14): one per case, none while another runs, begun and ended by the sweeps."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.products import actions, courtesies, queries
from arraigo.products.errors import (
    CourtesyGranted,
    CourtesyOver,
    CourtesyRunning,
    CourtesyWithoutSpan,
    ProductGone,
)
from arraigo.products.models import Courtesy, Product
from tests.records import NOON, a_customer, a_product, a_user, refused

MONTH = dt.timedelta(days=30)


@pytest.fixture
def product(db: None) -> Product:
    return a_product(a_customer())


def grant(product: Product, **fields: Any) -> Courtesy:
    given = {
        "kind": "premium_channels",
        "details": {"detail": "STAR"},
        "starts_at": NOON,
        "ends_at": NOON + MONTH,
        "cost": Decimal("90.00"),
        "case_number": "RET-1",
        "actor": None,
    }
    with clock.at(NOON):
        return actions.grant_courtesy(product, **{**given, **fields})


def commands() -> list[str]:
    return list(Command.objects.order_by("id").values_list("kind", flat=True))


def test_a_courtesy_of_today_starts_at_once(product: Product) -> None:
    courtesy = grant(product)
    assert courtesy.status == "active"
    assert commands() == ["courtesy.activate"]
    assert Event.objects.get(kind="courtesy.granted").case_number == "RET-1"


def test_none_while_another_runs_on_the_product(product: Product) -> None:
    grant(product)
    with refused(CourtesyRunning) as caught:
        grant(product, case_number="RET-2")
    assert "09/04/2026" in str(caught.value)


def test_one_per_case_until_it_is_withdrawn(product: Product) -> None:
    first, other = grant(product), a_product(product.customer)
    with refused(CourtesyGranted):
        grant(other)
    with clock.at(NOON):
        actions.withdraw_courtesy(first, actor=a_user(), reason="Se equivocó de producto")
    assert grant(other).status == "active"


def test_a_courtesy_needs_a_span(product: Product) -> None:
    with refused(CourtesyWithoutSpan):
        grant(product, ends_at=NOON)


def test_none_on_a_product_that_ended(product: Product) -> None:
    actions.terminate_product(product, "request", on=None, actor=None)
    with refused(ProductGone):
        grant(product)


def test_the_sweeps_start_and_end_each_once(product: Product) -> None:
    grant(product, starts_at=NOON + MONTH, ends_at=NOON + 2 * MONTH)
    assert commands() == []
    assert actions.start_due_courtesies(NOON + MONTH - dt.timedelta(seconds=1)) == 0
    assert [actions.start_due_courtesies(NOON + MONTH) for _ in range(2)] == [1, 0]
    assert [actions.end_due_courtesies(NOON + 2 * MONTH) for _ in range(2)] == [1, 0]
    courtesy = Courtesy.objects.get()
    assert (courtesy.status, courtesy.ended_at) == ("ended", NOON + 2 * MONTH)
    assert commands() == ["courtesy.activate", "courtesy.withdraw"]
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "courtesy.granted",
        "courtesy.started",
        "courtesy.ended",
    ]


def test_a_sweep_goes_through_more_than_one_batch(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesies, "BATCH", 2)
    for number in range(5):
        grant(a_product(product.customer), case_number=f"RET-{number}")
    assert actions.end_due_courtesies(NOON + MONTH) == 5


def test_what_is_over_cannot_be_withdrawn(product: Product) -> None:
    courtesy = grant(product)
    actions.end_due_courtesies(NOON + MONTH)
    with refused(CourtesyOver):
        actions.withdraw_courtesy(courtesy, actor=None, reason="")


def test_a_withdrawn_one_that_never_started_is_not_told_to_the_other_side(product: Product) -> None:
    courtesy = grant(product, starts_at=NOON + MONTH, ends_at=NOON + 2 * MONTH)
    with clock.at(NOON):
        actions.withdraw_courtesy(courtesy, actor=None, reason="")
    assert commands() == []


def test_the_end_of_a_product_takes_its_courtesy_along(product: Product) -> None:
    grant(product)
    with clock.at(NOON):
        actions.terminate_product(product, "moving", on=NOON.date(), actor=None)
    assert not queries.running_courtesies([product])
    assert commands() == ["courtesy.activate", "courtesy.withdraw"]


@pytest.mark.parametrize("ended", [True, False])
def test_one_whose_start_the_other_system_does_not_have_is_called_off(
    settings: Any, product: Product, ended: bool
) -> None:
    """Sent again it would start what is over, and nobody would end it."""
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    courtesy = grant(product)
    Command.objects.update(status="failed")
    if ended:
        actions.end_due_courtesies(NOON + MONTH)
    else:
        with clock.at(NOON):
            actions.withdraw_courtesy(courtesy, actor=None, reason="")
    assert [(each.kind, each.status) for each in Command.objects.all()] == [("courtesy.activate", "cancelled")]
