"""The technician on a telephone: steps 7 and 8, the signature drawn on the screen."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize

from arraigo.fieldwork.models import Measurement, Photo, SignedPaper, Trip, Visit
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Role
from arraigo.retention.models import Promise
from tests.cast import Cast, Household, Walk
from tests.e2e.person import Person, place

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


def test_from_the_road_to_the_signature(
    sign_in: SignIn, walk: Walk, home: Household, cast: Cast, tmp_path: Path
) -> None:
    pk = home.internet.pk
    tito = sign_in(Role.TECHNICIAN)
    tito.click("main a[href^='/visits/OT-']")
    tito.click("main form[action$='/on-the-way/'] button")
    tito.click("main form[action$='/arrived/'] button")
    tito.click(f"main a[href='{place(walk, 'step_07')}']")
    photograph(tito, "photo_before", tmp_path / "antes.jpg")
    tito.sends(
        tasks=["wifi_coverage", "drop_cable_replacement"], wifi_coverage_moved="access_point",
        drop_cable_replacement_drop="fibre", drop_cable_replacement_metres="45", material_drop_cable="45",
        findings="Acometida dañada", materials="2 grapas", solved="yes",
        **{f"before_{pk}": "-28,5", f"after_{pk}": "-19"},
    )  # fmt: skip
    visit, reading, trip = Visit.objects.get(), Measurement.objects.get(), Trip.objects.get()
    assert None not in (trip.left_at, trip.arrived_at)
    assert (visit.technician, visit.solved, visit.findings) == (cast[Role.TECHNICIAN], True, "Acometida dañada")
    assert visit.details["drop_cable_replacement"] == {"drop": "fibre", "metres": 45}
    assert [used["name"] for used in visit.materials] == ["Cable de acometida", "grapas"]
    assert (float(reading.before or 0), float(reading.after or 0)) == (-28.5, -19)
    kept = Photo.objects.select_related("attachment").get()
    assert max(Image.open(io.BytesIO(bytes(kept.attachment.content))).size) == 1600

    assert tito.page.url.endswith(place(walk, "step_08"))
    tito.fill(signer_name="Socia 100001", signer_document="4567890", **{f"working_{pk}": True})
    draw(tito)
    tito.click(tito.button)
    order = WorkOrder.objects.get()
    assert order.state == "completed"
    papers = SignedPaper.objects.all()
    assert {paper.paper for paper in papers} == {"work_order", "service_report", "fault_report"}
    signature = papers[0].signature
    assert signature is not None
    darkest, _brightest = Image.open(io.BytesIO(bytes(signature.content))).convert("L").getextrema()
    assert int(str(darkest)) < 100
    assert Promise.objects.get(kind="visit").state == "kept"
    assert walk.open == []
    assert tito.page.locator(".qr svg").count() == 1
    tito.click("main a[href*='/papers/']:has-text('enlace')")
    assert tito.page.locator("main a[href$='.pdf']").count() == len(papers)


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
    tito.page.locator("main form details summary").click()
    tito.fill(refusal_reason="No quiere firmar")
    photograph(tito, "photo", photo)
    tito.click(tito.button)
    paper = SignedPaper.objects.first()
    assert paper is not None
    assert (paper.refusal_reason, paper.signature) == ("No quiere firmar", None)
    assert paper.photo is not None
    assert WorkOrder.objects.get().state == "completed"


def test_what_cannot_be_solved_on_site(sign_in: SignIn, walk: Walk) -> None:
    tito = sign_in(Role.TECHNICIAN)
    tito.does(walk, "step_07", solved="no", cause="plant", findings="Sin potencia en la caja")
    order = WorkOrder.objects.get()
    assert (order.state, order.cause) == ("failed", "plant")
    assert walk.open == ["route_to_plant"]
