"""A solved visit ends the fault: its tickets, the verdict, and what the commercial system is told; until it fails."""

import datetime as dt
from collections.abc import Iterator

import pytest

from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.orders.models import WorkOrder
from arraigo.procedure import queries as procedures
from arraigo.retention import faults, sweeps
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import TroubleTicket
from tests.cast import NOW, Cast, Household, Walk, moment

VISIT = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")


@pytest.fixture
def home(db: None) -> Iterator[Household]:
    with moment():
        yield Cast().household()


def verdict(home: Household) -> faults.Verdict:
    return faults.verdicts([home.internet], procedures.current_policy())[0]


def states(home: Household) -> list[str]:
    return list(home.internet.tickets.order_by("opened_at").values_list("status", flat=True))


def visited(home: Household) -> Walk:
    """A repeated fault, one ticket still waiting and one in work; while the visit is awaited a third comes."""
    tickets.open_ticket(home.customer, home.internet, actor=None, symptom="cuts", opened_at=NOW - dt.timedelta(days=3))
    home.fault(days_ago=1, solved=False)
    walk = Walk(home).go(*VISIT[:5])
    tickets.open_ticket(
        home.customer, home.internet, actor=None, symptom="slow", opened_at=NOW - dt.timedelta(minutes=5)
    )
    assert verdict(home).repeat_fault
    return walk.go(*VISIT[5:])


def test_the_tickets_are_resolved_the_commercial_system_told_and_the_verdict_is_no(home: Household) -> None:
    walk = visited(home)
    assert states(home) == ["resolved"] * 3
    assert not verdict(home).repeat_fault
    first = home.internet.tickets.earliest("opened_at")
    assert [(change.before, change.after) for change in first.changes.order_by("id")] == [
        ("", "acknowledged"), ("acknowledged", "inProgress"), ("inProgress", "resolved"),
    ]  # fmt: skip
    order = WorkOrder.objects.get(case_number=walk.case.number)
    assert (first.resolved_at, first.resolution) == (NOW, f"{order.number}: Cortes frecuentes: cambio de acometida")
    numbers = [ticket.number for ticket in home.internet.tickets.order_by("opened_at")]
    assert walk.told("step_08")["tickets"] == numbers
    told = Command.objects.filter(subject=walk.case.number, kind="trouble_ticket.resolve").order_by("id")
    assert [command.payload["number"] for command in told] == numbers
    moved = Event.objects.filter(kind="ticket.state_changed", case_number=walk.case.number, data__after="resolved")
    assert moved.count() == 3


def test_a_failed_control_takes_the_work_up_again_and_the_next_visit_ends_it(home: Household) -> None:
    walk = visited(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", answer="Sigue cortándose", reasons=["goes_on"])
        assert states(home) == ["inProgress"] * 3
        assert verdict(home).repeat_fault
        assert walk.commands.count("trouble_ticket.reopen") == 3
        walk.go("step_05", "step_06", "step_07", "step_08")
        assert states(home) == ["resolved"] * 3
        assert not verdict(home).repeat_fault


def test_a_control_that_fails_for_the_credit_leaves_the_repair_as_it_is(home: Household) -> None:
    walk = visited(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", answer="No ve el descuento", reasons=["credit_missing"])
        assert states(home) == ["resolved"] * 3


def test_the_customers_word_in_the_control_confirms_the_solution_until_a_new_fault_comes(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go(*VISIT)
    assert verdict(home).rule == "repeat_recurred"
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
        assert (verdict(home).repeat_fault, verdict(home).rule) == (False, "repeat_confirmed")
    with moment(days=10):
        new = tickets.open_ticket(home.customer, home.internet, actor=None, symptom="cuts")
        assert verdict(home).repeat_fault
    with moment(days=31):
        sweeps.wake_due_cases()
        assert walk.errors("step_10").keys() == {"verdict"}
        walk("step_10", verdict="failed", answer="Volvió", reasons=["came_back"])
        assert walk.open == ["step_03_recurrence"]
        assert TroubleTicket.objects.get(pk=new.pk).is_open
