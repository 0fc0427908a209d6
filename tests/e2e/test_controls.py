"""The team that follows up incidents calls: the control at 2 days (step 9). That at 30 is in `test_one_customer`."""

from collections.abc import Callable

import pytest

from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.quality.models import ContactAttempt, QualityControl
from arraigo.retention import sweeps
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
    irma.sends(verdict="failed", answer="Sigue cortándose")
    assert QualityControl.objects.get(kind="post_visit").verdict == "failed"
    assert visited.reload().reopened == 1
    assert visited.open == ["step_05"]
    assert visited.item("step_05").priority == 2
    visited("step_05")
    assert WorkOrder.objects.count() == 2
