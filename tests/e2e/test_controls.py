"""The calls of the two teams: the control at 2 days (step 9), and that at 30 days that fails (step 10).

The one that passes is in `test_one_customer`.
"""

from collections.abc import Callable

import pytest

from arraigo import clock
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.quality import actions as quality
from arraigo.quality import queries
from arraigo.quality.models import ContactAttempt, QualityControl
from arraigo.retention import control_form, sweeps
from tests.cast import Cast, Walk
from tests.e2e.conftest import ago
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]
VISITED = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")


@pytest.fixture
def visited(cast: Cast) -> Walk:
    """A case whose visit was three days ago: the control after it is due."""
    with ago(3):
        home = cast.household()
        home.repeated_faults()
        walk = Walk(home).go(*VISITED)
    sweeps.wake_due_cases()
    return walk


def test_a_call_in_vain_then_a_pass(sign_in: SignIn, visited: Walk, cast: Cast) -> None:
    control = QualityControl.objects.get(kind="post_visit")
    irma = sign_in(Role.INCIDENT_FOLLOW_UP)
    irma.go("/controls/")
    irma.click(f"main a[href='/controls/{control.pk}/attempt/']")
    assert control.customer.name in irma.text
    irma.sends(reached="no", note="Suena y no contesta")
    attempt = ContactAttempt.objects.get()
    assert (attempt.control, attempt.reached, attempt.note) == (control, False, "Suena y no contesta")
    assert attempt.by == cast[Role.INCIDENT_FOLLOW_UP]
    irma.does(visited, "step_09", verdict="passed", satisfaction="5", answer="Todo bien")
    control.refresh_from_db()
    assert (control.verdict, control.satisfaction, control.answer) == ("passed", 5, "Todo bien")
    assert control.decided_by == cast[Role.INCIDENT_FOLLOW_UP]
    assert visited.open == []


def test_a_failed_control_re_opens_the_case(sign_in: SignIn, visited: Walk) -> None:
    irma = sign_in(Role.INCIDENT_FOLLOW_UP)
    irma.begin(visited, "step_09")
    note = irma.page.locator("main form[action$='/attempt/'] [name=note]")
    note.fill("Contestó la socia")
    irma.click("main form[action$='/attempt/'] button[name=reached][value=yes]")
    assert ContactAttempt.objects.get().reached
    assert "Contestó la socia" in irma.text
    irma.sends(verdict="failed", reasons=["goes_on"], answer="Sigue cortándose")
    assert QualityControl.objects.get(kind="post_visit").verdict == "failed"
    assert visited.reload().reopened == 1
    assert visited.open == ["step_05"]
    assert visited.item("step_05").priority == 2
    sign_in(Role.ADVISOR).does(visited, "step_05")
    assert WorkOrder.objects.count() == 2
    assert visited.open == ["step_06"]


def test_a_fault_that_came_back_fails_the_control_at_30_days(sign_in: SignIn, cast: Cast) -> None:
    """Against its ticket nobody lets it pass; the head of team negotiates anew, as a task of its own."""
    with ago(32):
        home = cast.household()
        home.repeated_faults()
        walk = Walk(home).go(*VISITED)
    with ago(29):
        sweeps.wake_due_cases()
        walk("step_09")
    again = home.fault(days_ago=5, solved=False)
    sweeps.wake_due_cases()
    clara = sign_in(Role.QUALITY_MANAGEMENT)
    clara.begin(walk, "step_10")
    assert again.number in clara.text
    clara.sends(verdict="passed", satisfaction="4")
    assert clara.status == 400
    assert walk.open == ["step_10"]
    clara.sends(verdict="failed", reasons=["came_back"], answer="Volvió el corte")
    assert QualityControl.objects.get(kind="post_service").verdict == "failed"
    assert walk.reload().reopened == 1
    assert walk.open == ["step_03_recurrence"]
    sign_in(Role.TEAM_LEAD).does(walk, "step_03_recurrence", answer="refused")
    assert walk.reload().closed_at is None
    assert walk.open == ["step_11"]


def test_nobody_answers_and_the_case_goes_on_unsaved(sign_in: SignIn, cast: Cast) -> None:
    """The verdict is shut until three calls count; then the next team still has its control at 30 days."""
    with ago(32):
        home = cast.household()
        home.repeated_faults()
        walk = Walk(home).go(*VISITED)
    sweeps.wake_due_cases()
    control = QualityControl.objects.get(kind="post_visit")
    call_in_vain(control, cast, 2)
    irma = sign_in(Role.INCIDENT_FOLLOW_UP)
    irma.begin(walk, "step_09")
    given_up = irma.page.locator("[name=verdict][value=not_reached]")
    assert given_up.is_disabled()
    assert "cuentan 2 de 3" in irma.text
    call_in_vain(control, cast, 1)
    irma.does(walk, "step_09", verdict="not_reached")
    control.refresh_from_db()
    assert control.verdict == "not_reached"
    assert walk.open == ["step_10"]
    sign_in(Role.QUALITY_MANAGEMENT).does(walk, "step_10", verdict="passed", satisfaction="4")
    assert walk.reload().outcome == "accepted"


def call_in_vain(control: QualityControl, cast: Cast, count: int) -> None:
    """Calls that count, from the day that the control fell due: the browser's clock cannot be set to call hours."""
    calls = queries.failed_attempts(control)
    now = calls[-1] if calls else control.due_at
    rule = control_form.rule_of(procedures.current_policy())
    for _ in range(count):
        planner = queries.Planner(rule, now, min(calls, default=now))
        now, _end = planner.next_call(planner.tried(calls))
        with clock.at(now):
            quality.record_attempt(control, reached=False, actor=cast[Role.INCIDENT_FOLLOW_UP])
        calls.append(now)
