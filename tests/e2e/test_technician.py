"""The technician on a telephone: steps 7 and 8, the signature drawn on the screen."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from arraigo.fieldwork.models import Measurement, SignedPaper, Visit
from arraigo.orders.models import WorkOrder
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


def test_the_visit_and_the_signature(sign_in: SignIn, walk: Walk, home: Household, cast: Cast) -> None:
    pk = home.internet.pk
    tito = sign_in(Role.TECHNICIAN)
    tito.click(f"main a[href='{place(walk, 'step_07')}']")
    tito.sends(
        tasks=["wifi_coverage", "drop_cable_replacement"], findings="Acometida dañada",
        materials="12 m cable\n2 conectores", solved="yes", **{f"before_{pk}": "-28.5", f"after_{pk}": "-19"},
    )  # fmt: skip
    visit, reading = Visit.objects.get(), Measurement.objects.get()
    assert (visit.technician, visit.solved, visit.findings) == (cast[Role.TECHNICIAN], True, "Acometida dañada")
    assert visit.tasks == ["wifi_coverage", "drop_cable_replacement"]
    assert len(visit.materials) == 2
    assert (float(reading.before or 0), float(reading.after or 0)) == (-28.5, -19)

    assert tito.page.url.endswith(place(walk, "step_08"))
    tito.fill(signer_name="Socia 100001", signer_document="4567890", **{f"working_{pk}": True})
    draw(tito)
    tito.click(tito.button)
    order = WorkOrder.objects.get()
    assert order.state == "completed"
    assert order.closed_at is not None
    papers = SignedPaper.objects.all()
    assert {paper.paper for paper in papers} == {"work_order", "service_report", "fault_report"}
    signature = papers[0].signature
    assert signature is not None
    darkest, _brightest = Image.open(io.BytesIO(bytes(signature.content))).convert("L").getextrema()
    assert int(str(darkest)) < 100
    assert Promise.objects.get(kind="visit").state == "kept"
    assert walk.open == []
    assert "wait_post_visit" in walk.case.instance.waits.values_list("element", flat=True)


def test_a_refusal_to_sign_is_recorded_with_a_photo(
    sign_in: SignIn, walk: Walk, home: Household, tmp_path: Path
) -> None:
    walk("step_07")
    photo = tmp_path / "puerta.png"
    Image.new("RGB", (40, 30), (200, 180, 90)).save(photo)
    tito = sign_in(Role.TECHNICIAN)
    tito.begin(walk, "step_08")
    tito.fill(**{f"working_{home.internet.pk}": True})
    tito.page.locator("main form details summary").click()
    tito.fill(refusal_reason="No quiere firmar")
    tito.page.locator("[name=photo]").set_input_files(photo)
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
