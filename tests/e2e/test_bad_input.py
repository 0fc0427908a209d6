"""What goes wrong at a desk: a slip of the pen, a session that ran out, a colleague who was quicker."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.fieldwork.models import SignedPaper
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.retention.models import Offer, RetentionCase
from tests.cast import PASSWORD, Cast, Household, Walk
from tests.e2e.person import Person, place
from tests.e2e.test_technician import draw

SignIn = Callable[[Role], Person]
TO_THE_DOOR = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07")


@pytest.fixture
def walk(home: Household) -> Walk:
    """A case without repeated faults, at step 11."""
    return Walk(home, reason="compensation").go("step_01", "step_02")


def advisor(name: str, unit: Unit) -> User:
    """One more advisor."""
    user = User(username=name.lower(), first_name=name, last_name="Rojas")
    user.set_password(PASSWORD)
    user.save()
    Membership.objects.create(user=user, role=Role.ADVISOR, unit=unit)
    return user


def test_the_sentence_stands_at_the_field_and_the_rest_stays(sign_in: SignIn, walk: Walk, home: Household) -> None:
    walk("step_11")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_12")
    days, amount = (f"{name}_{home.internet.pk}" for name in ("days", "amount"))
    ana.sends(**{days: "5", amount: "9999"}, answer="refused")
    assert ana.status == 400
    assert "140,00" in ana.error_at(amount)
    assert [ana.value(days), ana.value(amount)] == ["5", "9999"]
    assert ana.page.locator("[name=answer][value=refused]").is_checked()
    assert ana.page.locator(f"[name={amount}]").get_attribute("aria-invalid") == "true"
    assert not Offer.objects.exists()
    assert walk.open == ["step_12"]


def test_a_choice_that_was_forgotten(sign_in: SignIn, walk: Walk) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_11")
    ana.sends(reason="better_offer", competitor="")
    assert ana.status == 400
    assert ana.error_at("demand")
    assert ana.error_at("competitor")
    assert ana.value("reason") == "better_offer"
    assert walk.open == ["step_11"]


IS_DRAWN = """() => {
  const canvas = document.querySelector("canvas[data-signature]");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, place) => place % 4 === 0 && value < 128);
}"""


def test_a_drawn_signature_stays_when_the_name_is_missing(sign_in: SignIn, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go(*TO_THE_DOOR)
    tito = sign_in(Role.TECHNICIAN)
    tito.begin(walk, "step_08")
    tito.fill(**{f"working_{home.internet.pk}": True})
    draw(tito)
    drawn = tito.page.locator("[name=signature]").input_value()
    tito.click(tito.button)
    assert tito.status == 400
    assert tito.error_at("signer_name")
    assert tito.page.locator("[name=signature]").input_value() == drawn
    tito.page.set_viewport_size({"width": 390, "height": 420})  # the keyboard of the phone comes up
    tito.page.wait_for_function(IS_DRAWN)
    tito.sends(signer_name="Socia 100001", signer_document="4567890")
    assert SignedPaper.objects.exclude(signature=None).exists()


def test_a_case_needs_a_product_and_keeps_the_words(sign_in: SignIn, home: Household) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/customers/{home.customer.number}/cases/new/")
    ana.page.locator("label:has([name=products]:checked)").click()  # the Internet is marked already
    ana.sends(channel="phone", reason="price", words="Es muy caro")
    assert ana.status == 400
    assert ana.error_at("products")
    assert ana.value("words") == "Es muy caro"
    assert not RetentionCase.objects.exists()


def test_a_session_that_ran_out_keeps_what_was_typed(sign_in: SignIn, walk: Walk, cast: Cast) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_11")
    ana.fill(reason="better_offer", demand="courtesy", competitor="Otro", competitor_offer="300 Mb")
    Session.objects.all().delete()
    ana.click(ana.button)
    assert "sign-in" in ana.page.url
    assert walk.open == ["step_11"]
    ana.log_in(cast[Role.ADVISOR].username)
    assert ana.page.url.endswith(place(walk, "step_11"))
    assert [ana.value("reason"), ana.value("competitor")] == ["better_offer", "Otro"]
    assert ana.page.locator("[name=demand][value=courtesy]").is_checked()
    ana.sends()
    assert walk.reload().competitor == "Otro"
    assert walk.open == ["step_14"]


def test_what_nobody_answered_is_said_where_it_is_seen(sign_in: SignIn, walk: Walk) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_11")
    ana.fill(reason="better_offer", demand="courtesy", competitor="Otro", competitor_offer="300 Mb")
    height = ana.button.evaluate("button => Math.ceil(button.getBoundingClientRect().bottom + scrollY) + 4")
    ana.page.set_viewport_size({"width": 1280, "height": height})
    ana.page.context.set_offline(True)
    ana.button.click()
    expect(ana.page.locator("main form .unsent")).to_be_in_viewport(ratio=0.9)
    ana.page.context.set_offline(False)
    assert ana.value("competitor") == "Otro"
    ana.click(ana.button)
    assert walk.open == ["step_14"]


def test_a_step_sent_while_the_server_is_out_of_service_stays_as_it_was_typed(sign_in: SignIn, walk: Walk) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_11")
    ana.fill(reason="better_offer", demand="courtesy", competitor="Otro", competitor_offer="300 Mb")
    ana.page.route("**/steps/**", lambda route: route.fulfill(status=503))
    with ana.page.expect_response("**/steps/**"):
        ana.fill(competitor_offer="400 Mb")
    ana.button.click()
    expect(ana.page.locator("main form .unsent")).to_be_visible()
    ana.page.unroute("**/steps/**")
    assert [ana.value("competitor"), ana.value("competitor_offer")] == ["Otro", "400 Mb"]
    ana.click(ana.button)
    assert walk.open == ["step_14"]


def test_what_is_typed_while_the_server_is_out_of_service_is_kept_with_the_leaving(sign_in: SignIn, walk: Walk) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_11")
    ana.page.route("**/drafts/", lambda route: route.fulfill(status=503))
    with ana.page.expect_response("**/drafts/"):
        ana.fill(reason="better_offer", competitor="Otro")
    ana.page.unroute("**/drafts/")
    with ana.page.expect_response("**/drafts/"):
        ana.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    ana.page.reload()
    assert ana.value("competitor") == "Otro"


def test_the_second_of_two_people_is_told_who_was_first(sign_in: SignIn, walk: Walk, cast: Cast) -> None:
    colleague = advisor("Beto", cast.team)
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_11")
    ana.fill(reason="better_offer", demand="courtesy", competitor="Otro", competitor_offer="300 Mb")
    cast.people[Role.ADVISOR] = colleague
    beto = sign_in(Role.ADVISOR)
    item = walk.item("step_11")
    beto.go(place(walk, "step_11"))
    beto.sends(reason="compensation", demand="compensation")
    ana.click(ana.button)
    assert ana.status == 409
    done = WorkItem.objects.get(pk=item.pk)
    assert (done.completed_by, done.outcome) == (colleague, "compensation")
    assert done.completed_at is not None
    assert "Beto Rojas" in ana.text
    assert f"{clock.local(done.completed_at):%H:%M}" in ana.text
    assert "300 Mb" in ana.text
    assert walk.open == ["step_12"]


def test_what_does_not_exist(sign_in: SignIn, walk: Walk, cast: Cast) -> None:
    """An unknown case, and one of another team: the same plain sentence."""
    south = Unit.objects.create(code="er-sur", name="Equipo Sur", kind=Unit.Kind.RETENTION_TEAM)
    cast.people[Role.ADVISOR] = advisor("Carla", south)
    carla = sign_in(Role.ADVISOR)
    told = []
    for path in (place(walk, "step_11"), f"/cases/{walk.case.number}/", "/cases/RET-1/"):
        carla.go(path)
        assert carla.status == 404
        told.append(carla.text)
    assert len(set(told)) == 1
