"""What keeps an advisor's work whole: taking back, calling back, what is typed, and who else is here."""

import datetime as dt
from collections.abc import Callable

from arraigo import clock
from arraigo.desk.models import Callback
from arraigo.people.models import Role
from arraigo.retention.models import Offer
from tests.cast import Cast, Household, Walk
from tests.e2e.person import Person, place
from tests.e2e.test_bad_input import advisor

SignIn = Callable[[Role], Person]


def types_and_it_is_kept(person: Person, **answers: str) -> None:
    """Fill in fields and wait until the server has kept them."""
    with person.page.expect_response("**/drafts/") as kept:
        person.fill(**answers)
    assert kept.value.status == 204


def test_a_wrong_offer_is_taken_back_and_the_call_comes_when_it_is_due(sign_in: SignIn, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_03")
    ana.sends(answer="refused")
    assert walk.open == ["step_11"]
    ana.click("main a[href$='/undo/']")
    ana.sends(reason="Marqué la casilla equivocada")
    ana.page.locator("h2", has_text="3. ").first.wait_for()
    assert walk.open == ["step_03"]
    assert set(Offer.objects.values_list("answer", flat=True)) == {"undone"}
    ana.click("main a[href$='/call-back/']")
    later = clock.local(clock.now() + dt.timedelta(hours=2))
    ana.sends(due_at=f"{later:%Y-%m-%dT%H:%M}", note="Lo consulta con su esposa")
    Callback.objects.update(due_at=clock.now() - dt.timedelta(minutes=5))
    ana.go("/tray/advisor/")
    call = Callback.objects.get()
    assert "Lo consulta con su esposa" in ana.text
    ana.click(f"main a[href='/calls/{call.pk}/']")
    ana.sends(outcome="Acepta lo ofrecido")
    call.refresh_from_db()
    assert (call.outcome, call.done_by) == ("Acepta lo ofrecido", walk.case.owner)


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
