"""The technician on a telephone: what goes otherwise than in `test_one_customer`."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Page, Route, ViewportSize

from arraigo.fieldwork.models import Photo, SignedPaper
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Role
from arraigo.retention import actions
from tests.cast import Cast, Household, Walk
from tests.e2e.accessibility import assert_accessible
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")


def draw(person: Person) -> None:
    """Sign with the mouse: down, across the canvas, up."""
    canvas = person.page.locator("canvas[data-signature]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    mouse = person.page.mouse
    mouse.move(x + width * 0.1, y + height * 0.7)
    mouse.down()
    for part, rise in ((0.3, 0.2), (0.5, 0.8), (0.7, 0.3), (0.9, 0.6)):
        mouse.move(x + width * part, y + height * rise, steps=4)
    mouse.up()


def photograph(person: Person, name: str, path: Path) -> None:
    """Take a photo: it is made small on the phone, sent at once, and then shown."""
    Image.effect_mandelbrot((2400, 1800), (-3, -2.5, 2, 2.5), 60).save(path, "JPEG")
    shown = person.page.locator(f"fieldset:has(> .photo-grid [name='{name}']) img")
    before = shown.count()
    person.page.locator(f"[name='{name}']").set_input_files(path)
    shown.nth(before).wait_for()


def test_nobody_at_home_on_a_small_phone(
    open_page: Callable[[ViewportSize], Page], walk: Walk, cast: Cast, tmp_path: Path
) -> None:
    tito = Person(open_page({"width": 360, "height": 640}), Role.TECHNICIAN)
    tito.sign_in(cast[Role.TECHNICIAN].username)
    tito.click("main a[href^='/visits/OT-']")
    tito.click("main a[href$='/absent/']")
    tito.click("main form button.btn-primary")
    assert tito.status == 400
    assert "Tome una foto de la puerta" in tito.error_at("photo")
    Image.new("RGB", (800, 600), (90, 120, 30)).save(tmp_path / "puerta.jpg")
    tito.page.locator("[name=photo]").set_input_files(tmp_path / "puerta.jpg")
    tito.fill(note="Toqué el timbre y llamé dos veces")
    tito.click("main form button.btn-primary")
    assert "Toqué el timbre" in Pause.objects.get().evidence
    assert "detenido" in tito.text
    width = tito.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


def test_a_refusal_to_sign_is_recorded_with_a_photo(
    sign_in: SignIn, walk: Walk, home: Household, tmp_path: Path
) -> None:
    walk("step_07")
    photo = tmp_path / "puerta.jpg"
    tito = sign_in(Role.TECHNICIAN)
    tito.begin(walk, "step_08")
    tito.fill(**{f"working_{home.internet.pk}": True})
    tito.page.locator("main form details summary.btn").click()
    tito.fill(refusal_reason="No quiere firmar")
    photograph(tito, "photo", photo)
    tito.click(tito.button)
    paper = SignedPaper.objects.first()
    assert paper is not None
    assert (paper.refusal_reason, paper.signature) == ("No quiere firmar", None)
    assert paper.photo is not None
    assert WorkOrder.objects.get().state == "completed"


def test_without_signal_nothing_is_lost(sign_in: SignIn, walk: Walk, tmp_path: Path) -> None:
    """The page stays where it is, says so, and sends the photo by itself once there is signal."""
    tito = sign_in(Role.TECHNICIAN)
    tito.go("/notices/")
    tito.click(f"main a[href='/visits/{WorkOrder.objects.get().number}/']")
    tito.begin(walk, "step_07")
    tito.page.fill("[name=findings]", "Humedad en la caja")
    tito.page.context.set_offline(True)
    Image.new("RGB", (800, 600), (90, 120, 30)).save(tmp_path / "antes.jpg")
    tito.page.locator("[name=photo_before]").set_input_files(tmp_path / "antes.jpg")
    tito.page.locator("[data-unsent-note]").wait_for()
    tito.page.locator("form.task-form button.btn-primary").click()
    assert tito.page.locator("[data-offline]").is_visible()
    assert_accessible(tito.page)
    assert tito.page.locator("[name=findings]").input_value() == "Humedad en la caja"
    tito.page.context.set_offline(False)
    tito.page.locator("fieldset#photos-before .photo-frame img").wait_for()
    assert walk.reload().instance.work_items.filter(element="step_07", status="open").exists()
    assert not tito.page.locator("[data-offline]").is_visible()


@pytest.mark.parametrize("signal", ["slow", "none"])
def test_photos_taken_one_after_the_other_are_all_kept(
    sign_in: SignIn, walk: Walk, tmp_path: Path, signal: str
) -> None:
    """The second and third are taken while the first is still on its way, or cannot go at all."""
    tito = sign_in(Role.TECHNICIAN)
    tito.begin(walk, "step_07")
    page = tito.page
    if signal == "slow":
        page.route("**/photos/after/", lambda _route: None)  # held until it is unrouted
    else:
        page.context.set_offline(True)
    for n in range(3):
        Image.effect_noise((80, 60), 20 + 30 * n).save(tmp_path / f"{n}.jpg")
        page.locator("[name=photo_after]").set_input_files(tmp_path / f"{n}.jpg")
        page.locator("#photos-after [data-preview]").nth(n if signal == "none" else n - 1).wait_for() if n else None
    page.locator("form.task-form button.btn-primary").click()
    assert page.locator("#photos-after [data-unsent-note]").is_visible()
    assert_accessible(page)
    if signal == "slow":
        page.unroute("**/photos/after/")
    else:
        page.context.set_offline(False)
    page.locator("#photos-after .photo-frame").nth(2).wait_for()
    assert Photo.objects.filter(moment=Photo.Moment.AFTER).count() == 3
    assert walk.reload().instance.work_items.filter(element="step_07", status="open").exists()


def take(page: Page, many: int, folder: Path) -> None:
    """Take photos after the work, one upon the other."""
    for n in range(many):
        Image.effect_noise((80, 60), 20 + 30 * n).save(folder / f"{n}.jpg")
        page.locator("[name=photo_after]").set_input_files(folder / f"{n}.jpg")
        page.wait_for_function("n => document.querySelectorAll('#photos-after [data-preview]').length >= n", arg=n)


@pytest.mark.parametrize("status", [502, 429])
def test_photos_that_a_restart_or_a_hurry_answers_wait_and_go_by_themselves(
    sign_in: SignIn, walk: Walk, tmp_path: Path, status: int
) -> None:
    tito = sign_in(Role.TECHNICIAN)
    page = tito.page
    page.clock.install()
    tito.begin(walk, "step_07")
    page.route("**/photos/after/", lambda route: route.fulfill(status=status, body="Not now"))
    take(page, 3, tmp_path)
    page.locator("#photos-after [data-preview]").nth(2).wait_for()
    assert "Todavía no se mandó" in page.locator("#photos-after [data-unsent-note]").inner_text()
    assert_accessible(page)
    page.unroute("**/photos/after/")
    page.clock.fast_forward(15_000)
    page.locator("#photos-after .photo-frame").nth(2).wait_for()
    assert Photo.objects.filter(moment=Photo.Moment.AFTER).count() == 3


@pytest.mark.parametrize("who", ["server", "proxy"])
def test_a_refused_photo_is_told_for_a_turn_and_the_next_ones_go_on(
    sign_in: SignIn, walk: Walk, tmp_path: Path, who: str
) -> None:
    """The server's sentence comes with the photos anew; a proxy's answer to too large a photo has none."""
    tito = sign_in(Role.TECHNICIAN)
    page = tito.page
    page.clock.install()
    tito.begin(walk, "step_07")
    first: list[Route] = []
    page.route("**/photos/after/", lambda route: first.append(route), times=1)  # held until it is answered
    (tmp_path / "no.jpg").write_bytes(b"no picture")
    page.locator("[name=photo_after]").set_input_files(tmp_path / "no.jpg")
    take(page, 2, tmp_path)
    previews = page.locator("#photos-after [data-preview]")
    previews.nth(1).wait_for()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    if who == "server":
        first[0].continue_()
    else:
        first[0].fulfill(status=413, body="Request Entity Too Large")
    told = page.locator("#photos-after .invalid-feedback")
    sentence = told.inner_text()
    assert sentence == "El servidor no recibió una foto, que ya no se ve aquí: tómela de nuevo." or who == "server"
    assert previews.count() == 2
    assert page.locator("[name=photo_after]").evaluate("input => input.files[0].name") == "0.jpg"
    page.clock.run_for(15_000)
    assert (told.inner_text(), previews.count()) == (sentence, 2)
    page.clock.run_for(15_000)
    page.locator("#photos-after .photo-frame").nth(1).wait_for()
    assert told.count() == previews.count() == 0
    assert Photo.objects.filter(moment=Photo.Moment.AFTER).count() == 2


def test_a_phone_that_takes_itself_for_connected_keeps_the_drawn_signature(
    sign_in: SignIn, walk: Walk, home: Household
) -> None:
    walk("step_07")
    tito = sign_in(Role.TECHNICIAN)
    tito.begin(walk, "step_08")
    tito.fill(**{f"working_{home.internet.pk}": True}, signer_name="Rosa", signer_document="4567890")
    draw(tito)
    tito.page.context.route("**/*", lambda route: route.abort("internetdisconnected"))
    tito.button.click()
    tito.page.locator("[data-offline]").wait_for()
    assert tito.value("signature").startswith("data:image/png")
    tito.page.context.unroute("**/*")
    tito.click(tito.button)
    assert tito.status == 200
    assert SignedPaper.objects.exclude(signature=None).exists()


def test_what_cannot_be_solved_on_site_goes_to_plant_and_comes_back_as_a_new_order(sign_in: SignIn, walk: Walk) -> None:
    tito = sign_in(Role.TECHNICIAN)
    tito.does(walk, "step_07", solved="no", cause="plant", findings="Sin potencia en la caja")
    tito.fill(signer_name="Rosa", signer_document="4567890")
    draw(tito)
    tito.click(tito.button)
    assert "Reporte de Daño Técnico DF-" in tito.text
    order = WorkOrder.objects.get()
    assert (order.state, order.cause) == ("failed", "plant")
    assert walk.open == ["route_to_plant"]
    oscar = sign_in(Role.OPERATIONS_SUPERVISOR)
    oscar.does(walk, "route_to_plant", plant_note="Caja 14 sin potencia")
    failed, following = WorkOrder.objects.order_by("id")
    assert (following.previous, following.priority) == (failed, failed.priority + 1)
    assert "Caja 14 sin potencia" in following.note
    assert walk.open == ["step_06"]
    oscar.go("/operations/orders/")
    assert oscar.page.locator("tbody .fw-medium").all_inner_texts() == [following.number]
    assert "Visita repetida" in oscar.text


def test_a_photo_that_the_server_fails_with_is_told_and_can_be_tried_again_or_taken_off(
    sign_in: SignIn, walk: Walk, tmp_path: Path
) -> None:
    """The others go before it; with it the form does not leave, since the whole page would fail."""
    tito = sign_in(Role.TECHNICIAN)
    page = tito.page
    page.clock.install()
    tito.begin(walk, "step_07")
    box, unsent = page.locator("#photos-after .photo-stuck"), page.locator("#photos-after [data-unsent-note]")

    def a_turn() -> None:
        page.locator("#photos-after.htmx-request").wait_for(state="detached")
        with page.expect_response("**/photos/after/"):
            page.clock.fast_forward(15_000)

    page.route("**/photos/after/", lambda route: route.fulfill(status=500, body="Broken"))
    take(page, 1, tmp_path)
    unsent.wait_for()
    a_turn()
    assert unsent.is_visible()
    assert box.count() == 0
    with page.expect_response("**/photos/after/"):
        page.locator("form.task-form button.btn-primary").click()
    box.wait_for()
    assert walk.open == ["step_07"]
    assert "El servidor falla una y otra vez con esta foto" in box.inner_text()
    assert_accessible(page)
    Image.effect_noise((80, 60), 90).save(tmp_path / "another.jpg")
    page.locator("[name=photo_after]").set_input_files(tmp_path / "another.jpg")
    page.locator("#photos-after [data-preview]").wait_for()
    with page.expect_response("**/photos/after/"):
        box.locator("button[data-again]").click()
    assert page.evaluate("document.activeElement.name") == "photo_after"
    page.locator("#photos-after [data-preview]").nth(1).wait_for()
    for _turn in range(5):
        a_turn()
    box.nth(1).wait_for()
    box.first.locator("button.btn-outline-danger").click()
    page.unroute("**/photos/after/")
    page.clock.fast_forward(15_000)
    page.locator("#photos-after .photo-frame").wait_for()
    assert Photo.objects.filter(moment=Photo.Moment.AFTER).count() == 1
    assert box.count() == unsent.count() == page.locator("#photos-after [data-preview]").count() == 0


def test_a_photo_waits_while_the_server_is_out_of_service(sign_in: SignIn, walk: Walk, tmp_path: Path) -> None:
    """It is no fault of the photo: nobody is asked to take it off."""
    tito = sign_in(Role.TECHNICIAN)
    page = tito.page
    page.clock.install()
    tito.begin(walk, "step_07")
    answers = itertools.cycle((502, 503, 504))
    page.route("**/photos/**", lambda route: route.fulfill(status=next(answers)))
    take(page, 1, tmp_path)
    page.locator("#photos-after [data-unsent-note]").wait_for()
    for _turn in range(4):
        page.locator("#photos-after.htmx-request").wait_for(state="detached")
        with page.expect_response("**/photos/after/"):
            page.clock.fast_forward(15_000)
    page.locator("#photos-after.htmx-request").wait_for(state="detached")
    assert page.locator("#photos-after [data-preview]").count() == 1
    assert page.locator("#photos-after .photo-stuck").count() == 0
    page.unroute("**/photos/**")
    page.clock.fast_forward(15_000)
    page.locator("#photos-after .photo-frame").wait_for()
    page.route("**/photos/**", lambda route: route.fulfill(status=503))
    page.locator("#photos-after .photo-remove").click()
    page.locator("[data-offline]").wait_for()
    assert page.locator("#photos-after .photo-frame").count() == 1


def test_a_session_that_ends_loses_neither_photos_nor_signature(
    sign_in: SignIn, walk: Walk, home: Household, cast: Cast, tmp_path: Path
) -> None:
    walk("step_07")
    tito = sign_in(Role.TECHNICIAN)
    page = tito.page
    tito.begin(walk, "step_08")
    tito.fill(**{f"working_{home.internet.pk}": True}, signer_name="Rosa", signer_document="4567890")
    draw(tito)
    Session.objects.all().delete()
    page.locator("main form details summary.btn").click()
    Image.new("RGB", (800, 600), (90, 120, 30)).save(tmp_path / "puerta.jpg")
    page.locator("[name=photo]").set_input_files(tmp_path / "puerta.jpg")
    told = page.locator("[data-signed-out]")
    told.wait_for()
    assert_accessible(page)
    tito.button.click()
    assert told.is_visible()
    assert tito.value("signature").startswith("data:image/png")
    with page.context.expect_page() as opened:
        told.locator("a").click()
    other = Person(opened.value, Role.TECHNICIAN)
    other.log_in(cast[Role.TECHNICIAN].username)
    other.page.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator("#photos-refusal .photo-frame").wait_for()
    assert not told.is_visible()
    tito.click(tito.button)
    assert SignedPaper.objects.exclude(signature=None).exists()


def test_that_an_order_was_cancelled_is_read_at_a_glance(
    open_page: Callable[[ViewportSize], Page], walk: Walk, cast: Cast
) -> None:
    """On a small phone the sentence is not squeezed beside the button."""
    tito = Person(open_page({"width": 360, "height": 740}), Role.TECHNICIAN)
    tito.sign_in(cast[Role.TECHNICIAN].username)
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    tito.go(f"/visits/{WorkOrder.objects.get().number}/")
    told = tito.page.locator(".thumb-bar > p").bounding_box()
    assert told is not None
    assert told["height"] < 80
