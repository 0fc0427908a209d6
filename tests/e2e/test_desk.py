"""What keeps an advisor's work whole: what is typed, who else is here, handing over."""

from collections.abc import Callable

from playwright.sync_api import Route

from arraigo.messages.actions import notify
from arraigo.people.models import Role
from tests.cast import Cast, Household, Walk
from tests.e2e.person import Person, place
from tests.e2e.test_bad_input import advisor

SignIn = Callable[[Role], Person]


def types_and_it_is_kept(person: Person, **answers: str) -> None:
    """Fill in fields and wait until the server has kept them."""
    with person.page.expect_response("**/drafts/") as kept:
        person.fill(**answers)
    assert kept.value.status == 204


def test_what_is_typed_waits_for_its_author_and_goes_with_the_case(
    sign_in: SignIn, home: Household, cast: Cast
) -> None:
    """Kept without sending, there in a new session, seen by a colleague that somebody is here, handed over."""
    walk, beto = Walk(home), advisor("Beto", cast.team)
    ana = sign_in(Role.ADVISOR)
    ana.go(place(walk, "step_01"))
    types_and_it_is_kept(ana, note="Paga puntual hace diez años")
    again = sign_in(Role.ADVISOR)
    again.go(place(walk, "step_01"))
    assert again.value("note") == "Paga puntual hace diez años"
    owner, cast.people[Role.ADVISOR] = cast[Role.ADVISOR], beto
    other = sign_in(Role.ADVISOR)
    other.go(place(walk, "step_01"))
    other.page.locator(".here strong", has_text=str(owner)).wait_for()
    assert other.value("note") == ""
    again.click("main a[href$='/hand-over/']")
    again.sends(to=str(beto.pk))
    other.go(place(walk, "step_01"))
    assert other.value("note") == "Paga puntual hace diez años"
    assert walk.reload().owner == beto


def test_a_button_beside_the_form_leaves_what_was_typed(sign_in: SignIn, home: Household, cast: Cast) -> None:
    """A firm no in the middle of the typing, and a notice that is read."""
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    notify(cast[Role.ADVISOR], "work_item.assigned", {"case": walk.case.number}, walk.case.number)
    ana, days = sign_in(Role.ADVISOR), f"days_{home.internet.pk}"
    ana.go(place(walk, "step_12"))
    ana.fill(**{days: "3"})
    ana.click("main form[action$='/firm-no/'] button")
    assert ana.page.locator("#meter .meter").is_visible()
    assert ana.value(days) == "3"
    ana.page.locator("details.menu summary").first.click()
    ana.click(".menu-body form[action$='/read/'] button >> nth=0")
    assert ana.value(days) == "3"
    assert ana.page.evaluate("document.activeElement.matches('h2[data-focus]')"), "reading begins at the step"


def test_what_could_not_be_kept_of_a_step_is_not_kept_behind_the_next(sign_in: SignIn, home: Household) -> None:
    """The server answers for what was typed only once the step is sent: the next one's buttons do not bring it back."""
    walk, ana = Walk(home), sign_in(Role.ADVISOR)
    held: list[Route] = []
    ana.go(place(walk, "step_01"))
    ana.page.route("**/drafts/", lambda route: held.append(route))
    with ana.page.expect_request("**/drafts/"):
        ana.fill(note="Paga puntual")
    ana.sends()
    assert walk.open != ["step_01"]
    for route in held:
        with ana.page.expect_event("requestfailed"):
            route.abort()
    ana.page.unroute("**/drafts/")
    kept: list[str] = []
    ana.page.on("request", lambda request: kept.append(request.post_data or "") if "/drafts/" in request.url else None)
    ana.sends()
    assert not [body for body in kept if "puntual" in body]
