"""Commercial management: approvals, the evaluation that ends many cases (15)."""

import datetime as dt
from collections.abc import Callable

import pytest

from arraigo import clock
from arraigo.insight.models import Evaluation
from arraigo.people.models import Role
from arraigo.retention.models import Offer, RetentionCase
from tests.cast import Cast, Household, Walk
from tests.e2e.conftest import ago
from tests.e2e.person import Person
from tests.steps.test_step_13_compensation_claim import compensated

SignIn = Callable[[Role], Person]


@pytest.fixture
def month() -> dt.date:
    """The month that is over."""
    return clock.previous_month(clock.today())


def test_approves_what_is_above_the_team_leads_authority(sign_in: SignIn, home: Household, cast: Cast) -> None:
    home.priced(home.internet, "700")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03")
    greta = sign_in(Role.COMMERCIAL_MANAGEMENT)
    greta.does(walk, "approve_03_management", approved="yes", reason="Cliente grande")
    offer = Offer.objects.get()
    assert (offer.approval, offer.approval_reason) == ("approved", "Cliente grande")
    assert offer.approved_by == cast[Role.COMMERCIAL_MANAGEMENT]
    assert walk.open == ["step_04"]
    fine = cast.household("100002")
    fine.priced(fine.internet, "700")
    other = compensated(fine, amount="690")
    greta.does(other, "approve_12_management", approved="no", reason="Excede lo que corresponde")
    offer = Offer.objects.latest("id")
    assert (offer.approval, offer.approval_reason) == ("refused", "Excede lo que corresponde")
    assert other.open == ["step_12"]


def test_signing_the_evaluation_ends_the_waiting_cases(sign_in: SignIn, cast: Cast, month: dt.date) -> None:
    with ago(35):
        walks = [Walk(cast.household(number), reason="compensation") for number in ("100001", "100002")]
        for walk in walks:
            walk.go("step_01", "step_02", "step_11", "step_12", "step_13")
    running = Walk(cast.household("100003"))
    greta = sign_in(Role.COMMERCIAL_MANAGEMENT)
    greta.go("/evaluations/")
    greta.click(f"main a[href='/evaluations/{month:%Y-%m}/']")
    greta.sends(findings="Menos bajas que antes", decisions="Seguir así", reformulate=True)
    evaluation = Evaluation.objects.get()
    assert (evaluation.month, evaluation.findings, evaluation.reformulate) == (month, "Menos bajas que antes", True)
    assert evaluation.signed_by == cast[Role.COMMERCIAL_MANAGEMENT]
    assert {walk.reload().outcome for walk in walks} == {RetentionCase.Outcome.EVALUATED}
    assert running.reload().outcome == RetentionCase.Outcome.RUNNING
    assert evaluation.log_head in greta.text


WITHIN = """() => [...document.querySelectorAll('.chart')].map(host => {
  const outer = host.getBoundingClientRect(), inner = host.querySelector('canvas').getBoundingClientRect();
  return inner.bottom <= outer.bottom + 1 && inner.right <= outer.right + 1;
})"""


def test_the_month_prints_whole(sign_in: SignIn, month: dt.date) -> None:
    """On a sheet that is narrower than the screen, on which nothing is drawn anew and nothing can be scrolled."""
    page = sign_in(Role.COMMERCIAL_MANAGEMENT).page
    page.add_init_script("window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} }")
    page.goto(page.url.partition("/tray/")[0] + f"/evaluations/{month:%Y-%m}/")
    page.locator("[data-chart][data-ready]").nth(1).wait_for()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate(WITHIN) == [True, True]
    assert page.locator(".table-responsive").first.evaluate("each => getComputedStyle(each).overflowX") == "visible"
    long = page.locator(".card:has(tbody > tr:nth-child(12))").first
    assert long.evaluate("each => getComputedStyle(each).breakInside") == "auto"
