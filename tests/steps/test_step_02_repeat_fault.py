"""Step 2: the verdict on repeated faults, and the tickets behind it."""

import pytest
from django.urls import reverse

from arraigo.people.models import Role
from arraigo.retention.models import RepeatFaultVerdict
from arraigo.retention.steps.step_03_negotiation import affected
from arraigo.tickets.models import ConfirmedSolution, TroubleTicket
from tests.cast import Household, Walk
from tests.web.conftest import signed_in

SECOND = 1 / 86400


def test_keeps_the_verdict_with_its_tickets(home: Household) -> None:
    tickets = home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    verdict = RepeatFaultVerdict.objects.get(case=walk.case)
    assert (verdict.repeat_fault, verdict.fault_count, verdict.product) == (True, 2, home.internet)
    assert list(verdict.tickets.order_by("opened_at")) == tickets
    assert walk.told("step_02")["verdicts"][0]["tickets"] == [ticket.number for ticket in tickets]
    assert walk.facts["repeat_fault"] is True
    assert walk.open == ["step_03"]


@pytest.mark.parametrize(("apart", "repeated"), [(30, True), (30 + SECOND, False)])
def test_thirty_days_edge_included(home: Household, apart: float, repeated: bool) -> None:
    home.fault(days_ago=1)
    home.fault(days_ago=1 + apart)
    walk = Walk(home).go("step_01", "step_02")
    assert walk.open == ["step_03" if repeated else "step_11"]


@pytest.mark.parametrize(("ago", "repeated"), [(30, True), (30 + SECOND, False)])
def test_the_last_one_is_within_thirty_days_of_now(home: Household, ago: float, repeated: bool) -> None:
    home.fault(days_ago=ago)
    home.fault(days_ago=ago + 5)
    walk = Walk(home).go("step_01", "step_02")
    assert walk.open == ["step_03" if repeated else "step_11"]


def test_faults_on_two_products_are_not_repeated(home: Household) -> None:
    home.fault(days_ago=4)
    home.fault(days_ago=2, product=home.television)
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02")
    assert walk.open == ["step_11"]
    assert RepeatFaultVerdict.objects.filter(repeat_fault=False).count() == 2


def test_the_product_judged_worst_decides(home: Household) -> None:
    home.fault(days_ago=9, product=home.television)
    home.fault(days_ago=2, product=home.television)
    walk = Walk(home, products=[home.internet, home.television]).go("step_01", "step_02")
    assert walk.open == ["step_03"]
    assert RepeatFaultVerdict.objects.get(repeat_fault=True).product == home.television


@pytest.mark.parametrize("status", TroubleTicket.NOT_COUNTABLE)
def test_rejected_and_cancelled_tickets_do_not_count(home: Household, status: str) -> None:
    first, _second = home.repeated_faults()
    TroubleTicket.objects.filter(pk=first.pk).update(status=status)
    assert Walk(home).go("step_01", "step_02").open == ["step_11"]


def test_a_confirmed_solution_is_recorded_with_its_reason(home: Household) -> None:
    _first, last = home.repeated_faults()
    walk = Walk(home).go("step_01")
    walk("step_02", confirmed_solution="La socia confirma que ya funciona")
    assert walk.open == ["step_11"]
    confirmed = ConfirmedSolution.objects.get()
    assert (confirmed.ticket, confirmed.reason) == (last, "La socia confirma que ya funciona")


def test_of_two_products_only_the_one_that_works_again_is_confirmed(home: Household) -> None:
    home.repeated_faults()
    home.fault(days_ago=9, product=home.television)
    home.fault(days_ago=2, product=home.television)
    walk = Walk(home, products=[home.internet, home.television]).go("step_01")
    assert list(walk.errors("step_02", confirmed_solution="La TV se ve bien")) == ["solved"]
    walk("step_02", confirmed_solution="La TV se ve bien", solved=[str(home.television.pk)])
    assert ConfirmedSolution.objects.get().product == home.television
    assert walk.open == ["step_03"]
    assert list(affected(walk.reload())) == [home.internet]


def test_an_open_fault_stays_without_solution_whatever_is_confirmed(home: Household) -> None:
    home.fault(days_ago=9)
    home.fault(days_ago=2, solved=False)
    alone = home.fault(days_ago=1, solved=False, product=home.television)
    walk = Walk(home, products=[home.internet, home.television]).go("step_01")
    page = reverse("step", args=[walk.case.number, walk.item("step_02").pk])
    shown = signed_in(home.cast[Role.ADVISOR]).get(page).content.decode()
    warning = shown.partition("Siguen abiertos: ")[2].partition("</p>")[0]
    assert warning, "before it is written in vain"
    assert alone.number not in warning, "a single fault is no repeated one"
    walk("step_02", confirmed_solution="Dicen que sí", solved=[str(home.internet.pk)])
    assert walk.open == ["step_03"]


def test_a_reason_has_an_end(home: Household) -> None:
    walk = Walk(home).go("step_01")
    assert "2000" in walk.errors("step_02", confirmed_solution="x" * 2001)["confirmed_solution"][0]
