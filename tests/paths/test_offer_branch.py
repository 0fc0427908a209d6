"""No repeated faults: steps 11–15, refusals, the ineligible, moving, and what happens elsewhere."""

import datetime as dt
from decimal import Decimal

import pytest

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.engine.models import WorkItem
from arraigo.messages.models import Message, Notice
from arraigo.people.models import Role
from arraigo.procedure.queries import current_policy
from arraigo.products.models import Courtesy
from arraigo.retention import actions, clocks, options, receipts, sweeps, undo
from arraigo.retention.errors import CaseClosed
from arraigo.retention.models import Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination
from tests import conformance
from tests.cast import NOW, Cast, Household, Walk, moment
from tests.records import refused


def start(home: Household, reason: str = "compensation") -> Walk:
    return Walk(home, reason=reason).go("step_01", "step_02")


def test_compensation_is_claimed_and_waits_for_the_evaluation(home: Household) -> None:
    walk = start(home)
    assert walk.open == ["step_11"]
    walk.go("step_11", "step_12", "step_13")
    claim = BillingClaim.objects.get()
    assert claim.amount == Decimal("22.58")  # 140 × 5 / 31
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


def test_a_courtesy_starts_and_ends_by_itself(home: Household) -> None:
    walk = start(home, "better_offer")
    walk(
        "step_11",
        reason="better_offer",
        demand="courtesy",
        competitor="Otra",
        competitor_offer="100 Mb",
        competitor_price="199",
    )
    allowed = [key for key, _label in handler_choices(walk)]
    walk("step_14", courtesy=allowed[0])
    assert Courtesy.objects.get().status in ("scheduled", "active")
    sweeps.start_courtesies()
    assert Courtesy.objects.get().status == "active"
    with moment(days=32):
        sweeps.end_courtesies()
        assert Courtesy.objects.get().status == "ended"


@pytest.mark.parametrize("leaving", ["insists", "dies"])
def test_a_courtesy_to_come_ends_with_the_case_and_one_that_runs_does_not(home: Household, leaving: str) -> None:
    """Who leaves is not given it later; what was given already is not taken away before its product."""
    later, now = clock.today() + dt.timedelta(days=5), clock.today()
    for starts_on, household in ((later, home), (now, home.cast.household("100002"))):
        walk = start(household)
        walk("step_11", reason="no_use", demand="courtesy")
        walk("step_14", courtesy=f"bandwidth:{household.internet.pk}", starts_on=starts_on.isoformat())
        receipt = receipts.issue(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        if leaving == "insists":
            actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
        else:
            actions.close_elsewhere(walk.case.pk, actor=None, because="death")
        with moment(days=6):
            sweeps.run_all()
        runs = starts_on == now
        assert Courtesy.objects.get(case_number=walk.case.number).status == ("active" if runs else "withdrawn")
        assert Promise.objects.get(case=walk.case).state == ("open" if runs else "cancelled")
        assert (receipts.certified(receipt).taken_back_at is None) is runs
        assert Message.objects.filter(case_number=walk.case.number, kind="courtesy.started").exists() is runs


def handler_choices(walk: Walk) -> list[tuple[str, str]]:
    from arraigo.procedure import queries as procedures
    from arraigo.retention.registry import handler

    item = walk.item("step_14")
    form = handler("step_14").form_class(walk.case, item, procedures.current_policy(), walk.cast[Role.ADVISOR])
    choices: list[tuple[str, str]] = list(form.fields["courtesy"].choices)  # type: ignore[attr-defined]
    return choices


def test_a_refused_compensation_allows_one_further_offer_of_the_other_kind(home: Household) -> None:
    walk = start(home)
    walk("step_11")
    walk("step_12", answer="refused")
    assert walk.open == ["step_14"]
    walk("step_14", courtesy=handler_choices(walk)[0][0], answer="refused")
    assert walk.open == ["termination"]


def test_the_baja_has_number_receipt_and_what_to_return(home: Household) -> None:
    walk = start(home)
    walk("step_11", reason="other", demand="termination")
    walk("termination")
    baja, receipt = Termination.objects.get(), Receipt.objects.get()
    assert baja.requested_at
    assert baja.return_items == ["Módem"]
    assert baja.return_by
    assert baja.number in receipt.data["terminations"]
    assert walk.case.outcome == RetentionCase.Outcome.TERMINATION


def test_an_ineligible_customer_is_told_why_and_may_stay_or_leave(home: Household) -> None:
    home.listing()
    walk = Walk(home).go("step_01")
    assert walk.open == ["override"]
    walk("override", granted="no")
    walk("inform", wish="incident")
    assert walk.case.outcome == RetentionCase.Outcome.ORDINARY_INCIDENT
    assert Promise.objects.get().kind == "incident"


def test_an_ineligible_customer_may_leave(home: Household) -> None:
    home.listing()
    walk = Walk(home).go("step_01")
    walk("override", granted="no")
    walk("inform", wish="termination")
    assert walk.open == ["termination"]


def test_the_responsables_override_lets_the_case_go_on(home: Household) -> None:
    home.listing()
    walk = Walk(home).go("step_01", "override")
    assert walk.open == ["step_02"]


def test_a_customer_who_moves_keeps_the_service(home: Household) -> None:
    walk = start(home, "moving")
    walk("step_11", reason="moving", demand="transfer")
    walk("transfer")
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


@pytest.mark.parametrize("until", [[], ["step_11"], ["step_11", "step_12"]])
def test_something_elsewhere_ends_the_case_and_tells_its_owner(cast: Cast, home: Household, until: list[str]) -> None:
    walk = start(home).go(*until)
    actions.close_elsewhere(walk.case.pk, actor=None, because="death")
    assert walk.reload().outcome == RetentionCase.Outcome.CLOSED_ELSEWHERE
    assert not WorkItem.objects.filter(status="open").exists()
    assert Notice.objects.get().user == cast[Role.ADVISOR]


def test_who_refused_everything_may_stay_after_all_also_once_the_baja_was_taken_back(home: Household) -> None:
    advisor = home.cast[Role.ADVISOR]
    walk = start(home).go("step_11")
    walk("step_12", answer="refused")
    walk("step_14", answer="refused", courtesy=f"bandwidth:{home.internet.pk}")
    walk("termination")
    with refused(CaseClosed):
        actions.stay(walk.case.pk, why="stay_offer", words="", actor=advisor)
    registered = WorkItem.objects.get(element="termination")
    undo.undo(registered.pk, reason="Lo pensó mejor", actor=advisor)
    actions.stay(walk.case.pk, why="stay_competitor", words="El otro no llega a su zona", actor=advisor)
    assert walk.open == ["step_11"]
    walk.go("step_11", "step_12", "step_13")
    assert walk.case.outcome == RetentionCase.Outcome.ACCEPTED


def test_a_case_that_had_its_courtesy_is_not_led_to_another_on_another_day(home: Household) -> None:
    advisor = home.cast[Role.ADVISOR]
    walk = start(home, "no_use")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    with moment(days=3):
        actions.insist(walk.case.pk, actor=advisor)
        actions.stay(walk.case.pk, why="stay_offer", words="Volvió", actor=advisor)
        walk.go("step_01", "step_02", "step_11")
        walk("step_12", answer="refused")
        assert walk.open == ["termination"]


@pytest.mark.parametrize(("later", "own_count"), [(dt.timedelta(hours=1), False), (dt.timedelta(days=1), True)])
def test_a_conversation_of_another_day_counts_its_own_offers(
    home: Household, later: dt.timedelta, own_count: bool
) -> None:
    """Who comes back the same day goes on where it was left: what was refused counts, and the firm no stands."""
    advisor = home.cast[Role.ADVISOR]
    courtesy = {"courtesy": f"bandwidth:{home.internet.pk}"}
    walk = start(home).go("step_11")
    walk("step_12", answer="refused")
    walk("step_14", answer="refused", firm_no="on", **courtesy)
    assert walk.open == ["termination"]
    left = clock.now()
    with clock.at(NOW + later):
        actions.stay(walk.case.pk, why="stay_offer", words="Volvió para oír algo más", actor=advisor)
        walk.go(*(["step_01", "step_02"] if own_count else []), "step_11")
        panel = options.panel(walk.reload(), walk.item("step_12"), current_policy())
        assert any(each.step == "14" and each.state == options.LATER for each in panel) is own_count
        walk("step_12", answer="refused")
        assert walk.open == (["step_14"] if own_count else ["termination"])
        case = walk.reload()
        assert case.firm_no_ended_at == (left if own_count else None)
        assert conformance.replay(case) == []
        assert clocks.differences(case) == []
        if own_count:
            walk("step_14", answer="refused", **courtesy)
            assert walk.open == ["termination"]
