"""Step 10: recurrence decided from the tickets, 30 days after the service was generated."""

import pytest

from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.quality.models import QualityControl
from arraigo.retention import controls, sweeps
from arraigo.retention.models import Promise, RetentionCase
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import TroubleTicket
from tests.cast import Cast, Household, Walk, moment


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
    return walk


def to_step_10(walk: Walk) -> None:
    sweeps.wake_due_cases()
    assert walk.open == ["step_10"]


def test_it_opens_when_thirty_days_are_over(walk: Walk) -> None:
    with moment(days=29, hours=23.9):
        assert sweeps.wake_due_cases() == 0
    with moment(days=30):
        to_step_10(walk)
        assert walk.item("step_10").role == Role.QUALITY_MANAGEMENT


def test_a_pass_goes_to_15_and_not_to_11(walk: Walk, cast: Cast) -> None:
    with moment(days=30):
        to_step_10(walk)
        walk("step_10", satisfaction="4", answer="Sin cortes")
    control = QualityControl.objects.get(kind="post_service")
    assert (control.verdict, control.satisfaction) == ("passed", 4)
    assert control.decided_by == cast[Role.QUALITY_MANAGEMENT]
    assert control.facts["products"]
    assert walk.open == []
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


def test_a_new_ticket_is_recurrence_whatever_the_customer_says(walk: Walk, home: Household) -> None:
    with moment(days=20):
        ticket = home.fault(days_ago=0)
    with moment(days=30):
        to_step_10(walk)
        said = f"The tickets show a fault ({ticket.number}): the control cannot pass."
        assert walk.errors("step_10") == {"verdict": [said]}
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió el corte")
        assert walk.open == ["step_03_recurrence"]
    assert QualityControl.objects.get(kind="post_service").facts["new_faults"] == [ticket.number]


@pytest.mark.parametrize("how", ["disputed", "open again"])
def test_an_old_ticket_that_came_back_is_recurrence_too(walk: Walk, home: Household, how: str) -> None:
    ticket = home.internet.tickets.order_by("opened_at").last()
    assert ticket is not None
    with moment(days=20):
        if how == "disputed":
            tickets.dispute(ticket, actor=None, note="Otra vez se corta")
        else:
            TroubleTicket.objects.filter(pk=ticket.pk).update(status="inProgress", resolved_at=None)  # told by a file
    with moment(days=30):
        to_step_10(walk)
        said = f"The tickets show a fault ({ticket.number}): the control cannot pass."
        assert walk.errors("step_10") == {"verdict": [said]}
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió el corte")


def test_what_the_visit_resolved_is_worked_on_again_though_its_dispute_told_of_it(home: Household) -> None:
    home.fault(days_ago=12)
    ticket = home.fault(days_ago=3, solved=False)
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=20):
        tickets.dispute(ticket, actor=None, note="Otra vez se corta")
    with moment(days=30):
        to_step_10(walk)
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió el corte")
    ticket.refresh_from_db()
    assert ticket.status == "inProgress"


def test_a_dispute_that_the_visit_answered_is_none(home: Household) -> None:
    solved, _other = home.repeated_faults()
    tickets.dispute(solved, actor=None, note="No duró")
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
    with moment(days=30):
        assert controls.new_faults(WorkOrder.objects.get()) == []
    assert walk.case.reopened == 0


def test_a_dispute_that_the_customer_took_back_is_none(walk: Walk, home: Household) -> None:
    ticket = TroubleTicket.objects.filter(product=home.internet).order_by("opened_at").last()
    with moment(days=10):
        tickets.dispute(ticket, actor=None, note="Otra vez se corta")
    with moment(days=10, hours=2):
        tickets.confirm_solution(ticket, reason="Era otro cliente", actor=walk.cast[Role.ADVISOR])
    with moment(days=30):
        assert controls.new_faults(WorkOrder.objects.get()) == []


@pytest.mark.parametrize("status", ["rejected", "cancelled"])
def test_a_ticket_that_does_not_count_is_none(walk: Walk, home: Household, status: str) -> None:
    with moment(days=20):
        ticket = home.fault(days_ago=0)
        ticket.status = status
        ticket.save()
    with moment(days=30):
        to_step_10(walk)
        walk("step_10")
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


def test_a_fault_of_another_product_is_none(walk: Walk, home: Household) -> None:
    with moment(days=20):
        home.fault(days_ago=0, product=home.television)
    with moment(days=30):
        to_step_10(walk)
        walk("step_10")
    assert walk.facts["control_failed_10"] is False


def test_a_failure_is_the_responsables_negotiation(walk: Walk) -> None:
    with moment(days=31):
        to_step_10(walk)
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió")
        item = walk.item("step_03_recurrence")
    assert (item.role, item.unit, item.priority) == (Role.TEAM_LEAD, walk.case.team, 2)
    assert walk.case.reopened == 1
    assert walk.case.outcome == RetentionCase.Outcome.RUNNING


def test_a_refusal_of_the_recurrences_offer_leads_on(walk: Walk, home: Household) -> None:
    with moment(days=31):
        to_step_10(walk)
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió")
        walk("step_03_recurrence", **{**walk.usual("step_03"), "answer": "refused", "firm_no": "on"})
        assert walk.open == ["step_11"]
        walk("step_11", demand="termination")
        walk("termination")
    assert walk.case.outcome == RetentionCase.Outcome.TERMINATION


def test_a_visit_never_made_ends_with_the_failed_control(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(days=35):
        sweeps.wake_due_cases()
        assert walk.open == ["step_07", "step_10"]
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Nadie vino")
        assert WorkOrder.objects.get().state == "cancelled"
        assert Promise.objects.get(kind="visit").state == "broken"
        walk("step_03_recurrence", **walk.usual("step_03"))
        walk.go("step_04", "step_05")
        assert walk.open == ["step_06"]


def test_not_reached_takes_the_attempts(walk: Walk) -> None:
    with moment(days=30):
        to_step_10(walk)
        assert "0 count so far." in walk.errors("step_10", verdict="not_reached")["verdict"][0]
    assert walk.open == ["step_10"]
    assert QualityControl.objects.get(kind="post_service").verdict == "pending"


def test_a_failure_says_what_fails(walk: Walk) -> None:
    with moment(days=30):
        to_step_10(walk)
        assert list(walk.errors("step_10", verdict="failed", answer="")) == ["answer", "reasons"]
