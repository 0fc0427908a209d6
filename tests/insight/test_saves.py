"""A save: judged once, at one moment for faults, products and claims; looked at again at 90 days."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.eventlog.models import Event
from arraigo.insight import saves
from arraigo.insight.models import Judgement
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.quality import actions as quality
from arraigo.quality.models import QualityControl
from arraigo.retention import actions, sweeps
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from tests.cast import NOW, Cast, Household, Walk, credit, moment
from tests.insight import ways


def judged(days: float, *, again: bool = False) -> Judgement | None:
    """The judgement of the only case, as it stands `days` after 10 March."""
    with moment(days=days):
        sweeps.run_all()
    return Judgement.objects.filter(again=again).first()


def because(days: float, *, again: bool = False) -> str:
    found = judged(days, again=again)
    return found.because if found else "not judged yet"


@pytest.mark.parametrize(("days", "found"), [(29.99, "not judged yet"), (30, "saved")])
def test_saved_after_thirty_days(home: Household, days: float, found: str) -> None:
    ways.compensated(home)
    assert because(days) == found


def test_it_is_judged_as_of_its_moment_however_late_the_sweep(home: Household) -> None:
    ways.compensated(home)
    with moment(days=35):
        home.fault(days_ago=0)
    found = judged(40)
    assert found
    assert (found.because, found.since) == ("saved", NOW)
    with moment(days=30) as thirty:
        assert found.at == thirty


def test_a_claim_counts_from_its_adjustment(home: Household, cast: Cast) -> None:
    home.priced(home.internet, "400")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, amount="350"))
    walk.go("approve_12", "step_13")
    assert because(31) == "not judged yet"
    with moment(days=31):
        billing.confirm_claim(BillingClaim.objects.get(), actor=cast[Role.BILLING])
    assert because(60.9) == "not judged yet"
    assert because(61) == "saved"


def test_what_billing_refused_saves_nobody(home: Household, cast: Cast) -> None:
    home.priced(home.internet, "400")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, amount="350"))
    walk.go("approve_12", "step_13")
    claim = BillingClaim.objects.get()
    with moment(days=3):
        billing.refuse_claim(claim, reason="Sin respaldo", actor=cast[Role.BILLING])
    assert because(32.9) == "not judged yet"
    assert because(33) == "not_given"
    assert Judgement.objects.get().detail == claim.number


@pytest.mark.parametrize(("days", "found"), [(30, "not judged yet"), (59.9, "not judged yet"), (60, "saved")])
def test_a_courtesy_counts_from_its_end(home: Household, days: float, found: str) -> None:
    ways.courteous(home)
    with moment(days=30):
        sweeps.end_courtesies()
    assert because(days) == found


@pytest.mark.parametrize(("fault", "found"), [(29.9, "new_fault"), (31, "saved")])
def test_a_new_fault_within_thirty_days_is_no_save(home: Household, fault: float, found: str) -> None:
    ways.compensated(home)
    with moment(days=fault):
        ticket = home.fault(days_ago=0)
    assert because(40) == found
    assert Judgement.objects.get().detail == (ticket.number if found == "new_fault" else "")


def test_faults_are_looked_for_as_long_as_the_courtesy_makes_it_wait(home: Household) -> None:
    ways.courteous(home)
    with moment(days=30):
        sweeps.end_courtesies()
    with moment(days=50):
        home.fault(days_ago=0)
    assert because(60) == "new_fault"


def test_a_product_that_is_gone_is_no_save(home: Household) -> None:
    ways.compensated(home)
    Product.objects.filter(pk=home.internet.pk).update(status="terminated", reason="request")
    assert because(31) == "product_gone"


def test_a_product_that_went_on_the_day_of_its_moment_is_no_save(home: Household) -> None:
    ways.compensated(home)
    with moment(days=30) as thirty:
        Product.objects.filter(pk=home.internet.pk).update(
            status="terminated", reason="request", ended_on=clock.local(thirty).date()
        )
    assert because(31) == "product_gone"


def test_a_product_that_went_after_its_moment_was_a_save(home: Household) -> None:
    ways.compensated(home)
    with moment(days=33) as later:
        Product.objects.filter(pk=home.internet.pk).update(status="terminated", reason="request", ended_on=later.date())
    assert because(35) == "saved"
    assert because(91, again=True) == "product_gone"


def test_who_has_asked_to_leave_again_is_no_save(home: Household) -> None:
    ways.compensated(home)
    with moment(days=20):
        terminations.request_termination([home.internet], reason="price", case_number="", actor=None)
    assert because(31) == "leaving"


def test_an_earlier_request_counts_no_more_whoever_is_judged_beside(cast: Cast, home: Household) -> None:
    """The product that left in January and came back; in one batch with a case that was accepted before that."""
    with moment(days=-80):
        ways.compensated(cast.household("100002"))
    with moment(days=-50):
        terminations.request_termination([home.internet], reason="price", case_number="", actor=None)
    Termination.objects.update(executed_at=NOW - dt.timedelta(days=49))
    Product.objects.filter(pk=home.internet.pk).update(status="active", reason="", ended_on=None)
    walk = ways.compensated(home)
    judged(31)
    assert [each.because for each in Judgement.objects.filter(again=False)] == ["saved", "saved"]
    assert Judgement.objects.get(case=walk.case).since == NOW


def test_passed_controls_are_a_save_at_the_last_ones_verdict(home: Household) -> None:
    walk = ways.controlled(home)
    found = judged(31)
    assert found
    assert found.saved
    with moment(days=30) as called:
        assert found.at == called
    told = Event.objects.get(kind="case.judged")
    assert (told.case_number, told.data["saved"]) == (walk.case.number, True)


def test_a_visit_whose_controls_are_to_come_is_not_judged_yet(home: Household) -> None:
    ways.repaired(home)
    assert because(29) == "not judged yet"


def test_a_failed_control_is_never_a_save(home: Household) -> None:
    walk = ways.repaired(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", reasons=["goes_on"], answer="Sigue")
        walk.go(*ways.FIELD)
    with moment(days=4):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=32):
        sweeps.wake_due_cases()
        walk("step_10")
    assert walk.case.outcome == "accepted"
    assert because(70) == "control_failed"


def test_who_was_not_reached_is_no_save(home: Household, cast: Cast) -> None:
    walk = ways.repaired(home)
    with moment(days=2):
        sweeps.wake_due_cases()
    for hours in (0, 5, 24):
        with moment(days=2, hours=hours):
            control = QualityControl.objects.get(kind="post_visit")
            quality.record_attempt(control, reached=False, actor=cast[Role.INCIDENT_FOLLOW_UP])
    with moment(days=3, hours=1):
        walk("step_09", verdict="not_reached", satisfaction="", answer="")
    with moment(days=30):
        sweeps.wake_due_cases()
        walk("step_10")
    assert walk.case.outcome == "accepted"
    assert because(31) == "not_reached"


@pytest.mark.parametrize("leaving", ["insists", "dies"])
def test_who_leaves_between_the_controls_is_no_save_of_the_first(home: Household, cast: Cast, leaving: str) -> None:
    """The control at 2 days was passed, the one at 30 days never came: judged on leaving, not on that verdict."""
    walk = ways.repaired(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=25) as left_at:
        if leaving == "insists":
            actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
            walk("termination")
        else:
            actions.close_elsewhere(walk.case.pk, because="the customer died", actor=None)
    found = judged(40)
    assert found
    assert (found.because, found.at) == ("left", left_at)


def test_who_leaves_after_a_failed_last_control_is_judged_on_leaving(home: Household, cast: Cast) -> None:
    """Not as of the verdict that opened the case again: by then its month may be signed."""
    walk = ways.repaired(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=30):
        sweeps.wake_due_cases()
        walk("step_10", verdict="failed", reasons=["goes_on"], answer="Sigue")
    with moment(days=40) as left_at:
        actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
        walk("termination")
    found = judged(45)
    assert found
    assert (found.because, found.at) == ("left", left_at)


def test_who_insisted_before_the_moment_and_left_after_it_is_no_save(home: Household, cast: Cast) -> None:
    walk = ways.compensated(home)
    with moment(days=29):
        actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    with moment(days=31):
        walk("termination")
    assert because(31) == "left"


def test_who_leaves_after_the_moment_was_a_save_however_late_the_sweep(home: Household, cast: Cast) -> None:
    walk = ways.controlled(home)
    with moment(days=31):
        actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
        walk("termination")
    found = judged(32)
    assert found
    with moment(days=30) as called:
        assert (found.because, found.at) == ("saved", called)


def test_shown_again_at_ninety_days(home: Household) -> None:
    ways.compensated(home)
    assert because(89.9, again=True) == "not judged yet"
    assert because(90, again=True) == "saved"


def test_a_fault_between_thirty_and_ninety_days_shows_at_ninety(home: Household) -> None:
    ways.compensated(home)
    with moment(days=60):
        home.fault(days_ago=0)
    assert because(90) == "saved"
    assert because(90, again=True) == "new_fault"


def test_what_was_not_saved_is_not_looked_at_again(home: Household) -> None:
    ways.compensated(home)
    with moment(days=10):
        home.fault(days_ago=0)
    assert because(200, again=True) == "not judged yet"


def test_a_case_is_judged_once(home: Household) -> None:
    ways.compensated(home)
    with moment(days=30):
        assert saves.judge_due_cases() == 1
        assert saves.judge_due_cases() == 0
