"""Controls that nobody decided: the heads are told once, and see them; what was promised is looked up."""

import datetime as dt

import pytest

from arraigo.messages.models import Notice
from arraigo.people.models import Role, Unit, User
from arraigo.quality.models import QualityControl
from arraigo.retention import controls, sweeps
from arraigo.web.controls import access
from tests.cast import Cast, Household, Walk, moment

VISITED = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")


@pytest.fixture
def visited(cast: Cast) -> Walk:
    home = cast.household()
    home.repeated_faults()
    return Walk(home).go(*VISITED)


def heads(cast: Cast) -> None:
    cast.division.head = cast[Role.QUALITY_MANAGEMENT]
    cast.division.save()
    Unit.objects.filter(pk=cast.team.pk).update(head=cast[Role.TEAM_LEAD])


def test_the_heads_are_told_once_of_an_overdue_control(cast: Cast, visited: Walk) -> None:
    heads(cast)
    with moment(days=2, hours=8):  # Thursday, 18:00: the last window still runs
        sweeps.wake_due_cases()
        assert controls.tell_of_overdue() == 0
    with moment(days=2, hours=9.1):
        assert controls.tell_of_overdue() == 1
        assert controls.tell_of_overdue() == 0
    told = Notice.objects.filter(kind="control.late")
    assert {notice.user for notice in told} == {cast[Role.QUALITY_MANAGEMENT], cast[Role.TEAM_LEAD]}
    assert {notice.case_number for notice in told} == {visited.case.number}


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.HEAD_RESOURCES, 1), (Role.TEAM_LEAD, 1), (Role.INCIDENT_FOLLOW_UP, 1), (Role.QUALITY_MANAGEMENT, 0)],
)
def test_who_sees_an_overdue_control(cast: Cast, visited: Walk, role: Role, sees: int) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
    with moment(days=5):
        assert access.overdue(cast[role]).count() == sees


def test_who_calls_is_told_once_that_a_control_falls_due(cast: Cast, visited: Walk) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        sweeps.wake_due_cases()
    told = Notice.objects.get(kind="control.due")
    assert (told.user, told.case_number) == (cast[Role.INCIDENT_FOLLOW_UP], visited.case.number)
    assert told.data["due"].startswith("12/03/2026")


def test_whom_the_notice_tells_finds_the_control_on_the_page(cast: Cast, visited: Walk) -> None:
    """Heads by their unit alone, without a role of their own: of the team that calls, and of the case's team."""
    chiefs = [User.objects.create_user(name) for name in ("chief_of_division", "chief_of_team")]
    for unit, chief in zip((cast.division, cast.team), chiefs, strict=True):
        Unit.objects.filter(pk=unit.pk).update(head=chief)
    with moment(days=2):
        sweeps.wake_due_cases()
    with moment(days=5):
        controls.tell_of_overdue()
        told = Notice.objects.filter(kind="control.late")
        assert {notice.user for notice in told} == set(chiefs)
        for reader, may_open in ((chiefs[0], False), (chiefs[1], False), (cast[Role.TEAM_LEAD], True)):
            assert access.overdue(reader).values_list("may_open", flat=True).get() == may_open


def test_a_failed_control_tells_owner_team_and_centre(cast: Cast, visited: Walk) -> None:
    heads(cast)
    Unit.objects.filter(pk=cast.center.pk).update(head=cast[Role.OPERATIONS_SUPERVISOR])
    with moment(days=2):
        sweeps.wake_due_cases()
        visited("step_09", verdict="failed", answer="Sigue", reasons=["goes_on", "credit_missing"])
    told = Notice.objects.filter(kind="control.failed").values_list("user", flat=True)
    expected = (Role.ADVISOR, Role.TEAM_LEAD, Role.OPERATIONS_SUPERVISOR)
    assert set(told) == {cast[role].pk for role in expected}
    assert QualityControl.objects.get(kind="post_visit").facts["reasons"] == ["goes_on", "credit_missing"]


def test_reasons_for_failing_do_not_go_with_a_pass(visited: Walk) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        assert list(visited.errors("step_09", reasons=["goes_on"])) == ["verdict"]


def test_a_pass_is_a_customer_who_was_reached(visited: Walk) -> None:
    with moment(days=2):
        sweeps.wake_due_cases()
        visited("step_09")
    control = QualityControl.objects.get(kind="post_visit")
    assert [attempt.reached for attempt in control.attempts.all()] == [True]


def test_the_caller_sees_whether_the_waiver_stands_on_the_bill(visited: Walk) -> None:
    (waiver,) = controls.given(visited.case.number)
    assert (waiver.kind, waiver.real, waiver.bills) == ("bill_waiver", True, [dt.date(2026, 3, 1)])


def test_a_courtesy_that_runs_is_given(cast: Cast) -> None:
    home: Household = cast.household("100009")
    walk = Walk(home, reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    (courtesy,) = controls.given(walk.case.number)
    assert (courtesy.kind, courtesy.real, courtesy.amount) == ("bandwidth", True, None)
