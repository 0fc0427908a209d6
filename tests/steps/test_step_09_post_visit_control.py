"""Step 9: the control 2 days after the order was closed; a failed one re-opens at step 5."""

import datetime as dt

import pytest

from arraigo.messages.models import Notice
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.quality import actions as quality
from arraigo.quality.models import QualityControl
from arraigo.retention import sweeps
from tests.cast import NOW, Cast, Household, Walk, moment

FRONT = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
SAID = {"verdict": "not_reached", "satisfaction": "", "answer": ""}


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go(*FRONT)


def calls(walk: Walk, *hours: float) -> None:
    """Try to reach the customer so many hours after 10:00 on the day of the control."""
    for after in hours:
        with moment(days=2, hours=after):
            quality.record_attempt(
                QualityControl.objects.get(kind="post_visit"), reached=False, actor=walk.cast[Role.INCIDENT_FOLLOW_UP]
            )


def test_it_opens_when_two_days_are_over(walk: Walk) -> None:
    with moment(days=1, hours=23.9):
        assert sweeps.wake_due_cases() == 0
    with moment(days=2):
        assert sweeps.wake_due_cases() == 1
        assert walk.open == ["step_09"]
    item = walk.item("step_09")
    assert item.role == Role.INCIDENT_FOLLOW_UP
    assert item.due_at == dt.datetime(2026, 3, 12, 23, 0, tzinfo=dt.UTC)  # 19:00 in Cochabamba


def test_the_call_falls_on_the_next_business_day(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go(*FRONT[:-1])
    with moment(days=3):  # Friday: two days later is Sunday
        walk("step_08")
    with moment(days=5):
        sweeps.wake_due_cases()
    due = walk.item("step_09").due_at
    assert due
    assert due.date() == dt.date(2026, 3, 16)


def test_a_pass_keeps_the_answer_and_waits_for_the_30_days(walk: Walk, cast: Cast) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", answer="Todo bien")
    control = QualityControl.objects.get()
    assert (control.verdict, control.satisfaction, control.answer) == ("passed", 5, "Todo bien")
    assert (control.decided_by, control.work_order) == (cast[Role.INCIDENT_FOLLOW_UP], WorkOrder.objects.get())
    assert control.facts["new_faults"] == []
    assert walk.facts["control_failed_09"] is False
    assert walk.told("step_09")["verdict"] == "passed"
    assert walk.open == []
    assert walk.case.outcome == "running"


def test_a_failure_reopens_at_5_and_tells_the_owner(walk: Walk, cast: Cast) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", reasons=["goes_on"], answer="Sigue igual")
        assert walk.item("step_05").priority == 2
        assert walk.case.reopened == 1
        assert Notice.objects.get(user=cast[Role.ADVISOR]).kind == "control.failed"
        walk("step_05")
        assert WorkOrder.objects.latest("id").due_at == NOW + dt.timedelta(days=3)
        assert walk.facts["post_service_at"] == (NOW + dt.timedelta(days=32)).isoformat()


def test_the_policy_may_leave_a_reopened_case_in_its_place(cast: Cast, home: Household) -> None:
    cast.publish(control__reopen_priority="false")
    home.repeated_faults()
    walk = Walk(home).go(*(f"step_0{n}" for n in range(1, 9)))
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", reasons=["goes_on"], answer="Sigue igual")
        assert walk.item("step_05").priority == 0


def test_a_failure_says_what_fails(walk: Walk) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        said = "Write what still fails: whoever takes the case again needs it."
        why = "Mark at least one reason why it fails."
        assert walk.errors("step_09", verdict="failed", answer="") == {"answer": [said], "reasons": [why]}
        assert walk.errors("step_09", verdict="failed", answer="Sigue igual") == {"reasons": [why]}
    assert QualityControl.objects.get().verdict == "pending"


@pytest.mark.parametrize(("field", "value"), [("verdict", ""), ("verdict", "maybe"), ("satisfaction", "6")])
def test_choices_are_of_the_lists(walk: Walk, field: str, value: str) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        assert list(walk.errors("step_09", **{field: value})) == [field]


@pytest.mark.parametrize(
    "hours",
    [
        (),
        (0, 5),  # two
        (0, 1, 5),  # three, but two of them in one window
        (0, 24, 52),  # the third on Saturday
    ],
)
def test_not_reached_takes_three_attempts_in_different_windows(walk: Walk, hours: tuple[float, ...]) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
    calls(walk, *hours)
    with moment(days=4, hours=8):
        (said,) = walk.errors("step_09", **SAID)["verdict"]
    assert f"{min(len(hours), 2)} count so far. The next call counts on 16/03/2026 from " in said
    assert walk.open == ["step_09"]


def test_not_reached_is_never_a_pass(walk: Walk) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
    calls(walk, 0, 5, 24)
    with moment(days=3, hours=1):
        walk("step_09", **SAID)
    assert QualityControl.objects.get().verdict == "not_reached"
    assert walk.told("step_09")["outcome"] == "not_reached"
    assert walk.facts["control_failed_09"] is False
