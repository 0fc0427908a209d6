"""The head of the retention team: authorisations, approvals, step 3 after a recurrence, handing over."""

from collections.abc import Callable

from arraigo.people.models import Membership, Role, User
from arraigo.retention import sweeps
from arraigo.retention.models import Offer, Override
from tests.cast import Cast, Household, Walk
from tests.e2e.conftest import ago
from tests.e2e.person import Person
from tests.steps.test_step_13_compensation_claim import compensated

SignIn = Callable[[Role], Person]


def test_authorises_an_offer(sign_in: SignIn, home: Household, cast: Cast) -> None:
    home.listing()
    walk = Walk(home).go("step_01")
    lidia = sign_in(Role.TEAM_LEAD)
    lidia.does(walk, "override", granted="yes", reason="La deuda era ajena")
    override = Override.objects.get()
    assert (override.granted, override.reason, override.by) == (True, "La deuda era ajena", cast[Role.TEAM_LEAD])
    assert walk.open == ["step_02"]


def test_approves_an_amount_and_hands_a_task_over(sign_in: SignIn, home: Household, cast: Cast) -> None:
    home.priced(home.internet, "200")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03")
    colleague = User.objects.create(username="otra", first_name="Otra")
    Membership.objects.create(user=colleague, role=Role.ADVISOR, unit=cast.team)
    lidia = sign_in(Role.TEAM_LEAD)
    lidia.does(walk, "approve_03", approved="yes", reason="Socia antigua")
    offer = Offer.objects.get()
    assert (offer.approval, offer.approved_by) == ("approved", cast[Role.TEAM_LEAD])
    lidia.go("/team/")
    form = lidia.page.locator(f"main form[action='/team/{walk.item('step_04').pk}/hand-over/']")
    form.locator("[name=assignee]").select_option(str(colleague.pk))
    lidia.click(form.locator("button"))
    assert walk.item("step_04").assignee == colleague
    fine = cast.household("100002")
    fine.priced(fine.internet, "300")
    other = compensated(fine, amount="280")
    lidia.does(other, "approve_12", approved="yes", reason="Corresponde")
    offer = Offer.objects.latest("id")
    assert (offer.amount, offer.approval, offer.approved_by) == (280, "approved", cast[Role.TEAM_LEAD])
    assert other.open == ["step_13"]
    lidia.go("/team/decisions/taken/")
    assert "Socia antigua" in lidia.text
    for address in ("/team/decisions/", "/calls/", "/calls/made/"):
        lidia.go(address)


def test_negotiates_again_after_a_recurrence(sign_in: SignIn, home: Household, cast: Cast) -> None:
    """The control at 30 days fails, and step 3 comes to the responsable's lane."""
    with ago(32):
        home.bill()
        home.repeated_faults()
        walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
    with ago(29):
        sweeps.wake_due_cases()
        walk("step_09")
    sweeps.wake_due_cases()
    failed = {"verdict": "failed", "reasons": ["goes_on"], "answer": "Volvió a cortarse"}
    sign_in(Role.QUALITY_MANAGEMENT).does(walk, "step_10", **failed)
    assert walk.open == ["step_03_recurrence"]
    lidia = sign_in(Role.TEAM_LEAD)
    pk = home.internet.pk
    lidia.does(walk, "step_03_recurrence", **{f"kind_{pk}": "compensation", f"amount_{pk}": "50"}, answer="accepted")
    offer = Offer.objects.latest("id")
    assert (offer.kind, offer.amount, offer.answer) == ("compensation", 50, "accepted")
    assert offer.offered_by == cast[Role.TEAM_LEAD]
    assert walk.open == ["step_04"]


def test_the_clock_of_who_waits_goes_on_as_the_server_writes_it(sign_in: SignIn, home: Household) -> None:
    home.listing()
    with ago(2.5):
        Walk(home).go("step_01")
    lidia = sign_in(Role.TEAM_LEAD)
    lidia.go("/team/")
    mark = lidia.page.locator("[data-waited]")
    written = mark.inner_text()
    assert written.startswith("2\N{NO-BREAK SPACE}d")
    mark.evaluate("mark => new Promise(done => new MutationObserver(done).observe(mark, {childList: true}))")
    assert mark.inner_text() == written
