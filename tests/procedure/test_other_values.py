"""A value that management changes in a new version changes what happens, in cases opened from then on."""

import datetime as dt

import pytest

from arraigo.fieldwork import trips
from arraigo.insight.models import Judgement
from arraigo.messages import quiet
from arraigo.orders.errors import WrongState
from arraigo.orders.escalation import escalate_due
from arraigo.orders.models import Escalation, Pause, WorkOrder
from arraigo.people.models import Role
from arraigo.procedure.queries import current_policy
from arraigo.retention import actions, dispatch, firm_no, sweeps
from arraigo.retention.errors import PauseNotAllowed
from arraigo.retention.models import Reason
from arraigo.retention.reasons import ReasonForm
from arraigo.web.operations.forms import PauseForm
from tests.cast import NOW, Cast, Household, Walk, moment
from tests.fieldwork.records import a_photo
from tests.insight import ways
from tests.records import refused

pytestmark = pytest.mark.one_database
FRONT = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")


def ordered(home: Household) -> WorkOrder:
    home.repeated_faults()
    return WorkOrder.objects.get(case_number=Walk(home).go(*FRONT).case.number)


@pytest.mark.parametrize(("minutes", "next_step"), [("10", "termination"), ("60", "step_14")])
def test_minutes_after_a_firm_no(cast: Cast, home: Household, minutes: str, next_step: str) -> None:
    cast.publish(retention__minutes_after_firm_no=minutes, retention__offers_after_firm_no="3")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    firm_no.say(walk.case.pk, actor=cast[Role.ADVISOR])
    with moment(hours=0.5):
        meter = firm_no.meter(walk.reload(), current_policy())
        assert meter is not None
        assert meter.is_over is (minutes == "10")
        walk("step_12", answer="refused")
    assert walk.open == [next_step]


def test_parts_of_the_24_hours(cast: Cast, home: Household) -> None:
    before = ordered(home)
    cast.publish(visit__escalation_fractions="[0.25, 1.0]")
    after = ordered(cast.household("100002"))
    with moment(hours=6.1) as now:
        assert escalate_due(now) == 1
    told = Escalation.objects.get()
    assert (told.work_order, told.percent) == (after, 25)
    assert not before.escalations.exists()


def test_reasons_to_stop_the_24_hours(cast: Cast, home: Household) -> None:
    cast.publish(visit__pause_reasons='["later"]')
    order, technician = ordered(home), cast[Role.TECHNICIAN]
    supervisor = cast[Role.OPERATIONS_SUPERVISOR]
    with refused(PauseNotAllowed):
        dispatch.pause_order(order, reason="absent", photo=a_photo(), actor=supervisor)
    trip = trips.find_nobody(order, technician, photo=a_photo())
    assert (trip.absent_at, Pause.objects.count()) == (NOW, 0)
    choices: object = PauseForm(["later"]).fields["reason"].choices  # type: ignore[attr-defined]
    assert [code for code, _label in choices] == ["later"]  # type: ignore[attr-defined]
    dispatch.pause_order(order, reason="later", words="Mañana", wanted_at=NOW + dt.timedelta(days=1), actor=supervisor)
    assert Pause.objects.get().reason == "later"
    with refused(WrongState):
        dispatch.pause_order(order, reason="later", words="x", wanted_at=NOW, actor=supervisor)


def test_working_hours(cast: Cast) -> None:
    assert quiet.next_moment(NOW) == NOW
    cast.publish(hours__working='{ wednesday = [["15:00", "16:00"]] }')
    assert quiet.next_moment(NOW) == dt.datetime(2026, 3, 11, 19, tzinfo=dt.UTC)


def test_the_second_look_at_a_save(cast: Cast, home: Household) -> None:
    cast.publish(save__days_again="45")
    ways.compensated(home)
    with moment(days=31):
        sweeps.run_all()
    with moment(days=44):
        sweeps.run_all()
        assert not Judgement.objects.filter(again=True).exists()
    with moment(days=46):
        sweeps.run_all()
    assert Judgement.objects.get(again=True).saved


@pytest.mark.parametrize("reason", Reason.values)
def test_details_of_a_reason(cast: Cast, reason: str) -> None:
    cast.publish(**{f"reason__{reason}": '{ details = { another = "Otra cosa" } }'})
    form = ReasonForm({"reason": reason, "reason_detail": f"{reason}:another"})
    form.ask_reasons(current_policy())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["reason_detail"] == "another"


def test_a_case_keeps_the_values_it_was_opened_under(cast: Cast, home: Household) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    cast.publish(retention__further_offers="0")
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    later = Walk(cast.household("100002"), reason="compensation").go("step_01", "step_02", "step_11")
    later("step_12", answer="refused")
    assert later.open == ["termination"]
