"""Turns that a conversation may take besides those of `test_day`."""

from collections.abc import Callable

from playwright.sync_api import APIResponse, Request, Route

from arraigo.engine.models import WorkItem
from arraigo.people.models import Membership, Role, User
from arraigo.products.models import Courtesy
from arraigo.retention.models import RetentionCase
from tests.cast import PASSWORD, Cast, Household, Walk, credit
from tests.e2e.person import Person, place

SignIn = Callable[[Role], Person]


class Held:
    """The first answer that reads back what `person` types: the server has given it, and it is still on its way."""

    def __init__(self, person: Person) -> None:
        self._page = person.page
        self._asked: list[Route] = []
        self._answers: list[APIResponse] = []
        self._page.route("**/steps/**", self._hold)

    def _hold(self, route: Route, request: Request) -> None:
        if self._asked or "review=1" not in (request.post_data or ""):
            route.continue_()
        else:
            self._asked.append(route)
            self._answers.append(route.fetch())

    def wait(self) -> None:
        """Until it is held."""
        for _turn in range(500):
            if self._answers:
                return
            self._page.wait_for_timeout(20)
        raise AssertionError("Nothing was asked.")

    def arrive(self) -> None:
        """Let it go."""
        self._asked[0].fulfill(response=self._answers[0])


def test_faults_refused_then_compensation_accepted(sign_in: SignIn, home: Household) -> None:
    """Refusal from the side of 3."""
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_03")
    ana.sends(answer="refused")
    ana.page.locator("main details summary", has_text="no se puede ofrecer").click()
    assert "Se ofreció en el paso 3" in ana.text
    ana.sends(reason="faults", demand="compensation")
    ana.fill(**credit(home.internet, days="3"), answer="accepted")
    ana.hears("se compensan")
    ana.sends()
    ana.sends()
    assert walk.reload().outcome == RetentionCase.Outcome.ACCEPTED


def test_an_ineligible_customer_who_may_be_offered_something_after_all(sign_in: SignIn, home: Household) -> None:
    home.listing()
    ana, lidia = sign_in(Role.ADVISOR), sign_in(Role.TEAM_LEAD)
    case = ana.opens(home, reason="price")
    ana.sends()
    item = WorkItem.objects.get(instance=case.instance, element="override")
    lidia.go(f"/cases/{case.number}/steps/{item.pk}/")
    lidia.sends(granted="yes", reason="La deuda era ajena")
    ana.sees("2. Daños reiterados")


def test_a_solution_that_the_customer_confirms_ends_the_repeated_fault(sign_in: SignIn, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_02")
    ana.page.locator("main details summary").first.click()
    ana.sends(confirmed_solution="Lo probé con el cliente en línea")
    assert walk.open == ["step_11"]
    ana.page.go_back(wait_until="load")
    # The way back shows the step as it is now, done: htmx asks the server anew, a moment after the page is there.
    ana.page.locator("#step-form").wait_for(state="detached")


def test_two_advisors_race_for_the_same_case(sign_in: SignIn, home: Household, cast: Cast) -> None:
    walk = Walk(home)
    beto = User(username="beto", first_name="Beto", last_name="Rojas")
    beto.set_password(PASSWORD)
    beto.save()
    Membership.objects.create(user=beto, role=Role.ADVISOR, unit=cast.team)
    ana = sign_in(Role.ADVISOR)
    cast.people[Role.ADVISOR] = beto
    other = sign_in(Role.ADVISOR)
    for person in (ana, other):
        person.go(place(walk, "step_01"))
    other.sends()
    ana.sends(note="Es clienta de veinte años")
    assert ana.status == 409
    assert "Beto Rojas" in ana.text
    assert "Es clienta de veinte años" in ana.text
    assert walk.open == ["step_02"]


def test_a_courtesy_asks_for_its_channels(sign_in: SignIn, home: Household) -> None:
    walk = Walk(home, products=[home.television], reason="better_offer").go("step_01", "step_02")
    walk("step_11", reason="better_offer", demand="courtesy", competitor="Otra", competitor_offer="Más canales")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_14")
    premium = f"premium_channels:{home.television.pk}"
    ana.sends(courtesy=premium, answer="accepted")
    assert ana.status == 400
    assert ana.error_at("channels")
    ana.fill(channels=["HBO"])
    ana.hears("HBO")
    ana.sends()
    assert Courtesy.objects.get().details == {"channels": ["HBO"]}


def test_the_last_input_is_read_back_while_the_answer_to_the_one_before_arrives(
    sign_in: SignIn, home: Household
) -> None:
    """On a slow line: the answer to the courtesy comes between "accepted" and its own question."""
    walk = Walk(home, reason="better_offer").go("step_01", "step_02")
    walk("step_11", reason="better_offer", demand="courtesy", competitor="Otra", competitor_offer="Más megas")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_14")
    read_back = Held(ana)
    ana.fill(courtesy=f"bandwidth:{home.internet.pk}")
    read_back.wait()
    ana.fill(answer="accepted")
    read_back.arrive()
    ana.hears("Incremento de Ancho de Banda")


def test_what_was_asked_while_a_step_was_typed_is_answered_after_it_is_over(sign_in: SignIn, home: Household) -> None:
    """On a slow line: the note that follows the telephone of step 5 has no place on the page of what comes next."""
    walk = Walk(home)
    home.repeated_faults()
    walk.go("step_01", "step_02", "step_03", "step_04")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_05")
    read_back = Held(ana)
    ana.fill(contact_phone="70000055")
    read_back.wait()
    ana.sends()
    ana.page.locator("#readback").wait_for(state="detached")
    read_back.arrive()
    ana.page.wait_for_timeout(200)
    assert ana.page.locator("#note").count() == 0
