"""One customer's whole way through all roles, from the wish to leave to the signed evaluation (docs/one-customer.md).

With ARRAIGO_PICTURES naming a folder, the pictures of that document are taken on the way.
"""

import datetime as dt
import io
import itertools
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image
from pypdf import PdfReader

from arraigo import clock
from arraigo.billing.models import Bill, BillingClaim
from arraigo.customers.search import reindex
from arraigo.fieldwork.models import Measurement, Photo, PrintBatch, SignedPaper, Trip, Visit
from arraigo.insight.models import Evaluation, IndicatorReview, Judgement
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.quality.models import QualityControl
from arraigo.retention.models import BackgroundReview, Offer, Promise, RepeatFaultVerdict, RetentionCase
from arraigo.workdays import offset
from tests.cast import Cast, Household
from tests.e2e.accessibility import assert_accessible
from tests.e2e.person import Person
from tests.e2e.test_operations import PRINT
from tests.e2e.test_technician import draw, photograph

SignIn = Callable[[Role], Person]
WAY = (
    "request retention case_evaluated",
    "procedure_started gw_reviewed step_01 rule_eligibility gw_eligible step_02 rule_repeat_fault gw_repeat_fault",
    "gw_repeat_fault step_03 gw_accepts_03 rule_authority_03 gw_authority_03 step_04 service step_15 evaluated",
    "service_started step_05 gw_split step_06 step_07 gw_solved step_08 wait_post_visit step_09 gw_control_09 gw_join",
    "gw_split wait_post_service step_10 gw_control_10 gw_join controls_done",
)
"""What the lines of her way in the diagram join, pool by pool."""
PICTURES = os.environ.get("ARRAIGO_PICTURES", "")
NAMES = {
    Role.ADVISOR: "Ada Rocha",
    Role.OPERATIONS_SUPERVISOR: "Óscar Vargas",
    Role.TECHNICIAN: "Tito Méndez",
    Role.INCIDENT_FOLLOW_UP: "Irma Soliz",
    Role.QUALITY_MANAGEMENT: "Quirina Flores",
    Role.HEAD_CUSTOMER_RELATIONS: "Julia Arce",
    Role.HEAD_RESOURCES: "Raúl Claros",
    Role.COMMERCIAL_MANAGEMENT: "Greta Paz",
}


@pytest.fixture
def rosa(home: Household, cast: Cast) -> Household:
    """Two faults of her Internet in twelve days; everybody has a name."""
    for role, name in NAMES.items():
        first, last = name.split()
        User.objects.filter(pk=cast[role].pk).update(first_name=first, last_name=last)
    home.customer.name = "Rosa Mamani Quispe"
    home.customer.save(update_fields=["name"])
    home.repeated_faults()
    reindex([home.customer.pk])
    return home


def picture(person: Person, name: str) -> None:
    """Keep what the person sees, where pictures are wanted."""
    if PICTURES:
        person.page.wait_for_timeout(500)  # what scrolls smoothly has come to rest
        person.page.screenshot(path=Path(PICTURES) / f"{name}.png")


def later(span: str) -> None:
    """Let the time pass, for the server as for the test, and what falls due happen."""
    call_command("clock", "--advance", span, stdout=io.StringIO(), stderr=io.StringIO())
    offset.forget()


def task(person: Person, element: str) -> None:
    """Open the one task of `element` from the tray."""
    item = RetentionCase.objects.get().instance.work_items.get(element=element, status="open")
    person.go(f"/tray/{person.role}/")
    person.click(f"main a[href$='/steps/{item.pk}/']")


def asks_to_leave(ada: Person, rosa: Household) -> None:
    """Steps 1 to 5, all at the advisor's desk: each leads straight to the next."""
    ada.searches("Rosa Mamani")
    ada.click(f"main a[href='/customers/{rosa.customer.number}/']")
    picture(ada, "00-socia")
    ada.click(f"main a[href='/customers/{rosa.customer.number}/cases/new/']")
    ada.sends(channel="phone", reason="faults", words="Ya no doy más", products=[str(rosa.internet.pk)])
    case = RetentionCase.objects.get()
    assert (case.channel, case.reason, case.words) == ("phone", "faults", "Ya no doy más")
    ada.sends(note="Paga puntual")
    assert BackgroundReview.objects.get(case=case).eligible
    picture(ada, "02-veredicto")
    ada.sends()
    verdict = RepeatFaultVerdict.objects.get(case=case, product=rosa.internet)
    assert (verdict.repeat_fault, verdict.fault_count) == (True, 2)
    ada.fill(**{f"kind_{rosa.internet.pk}": "bill_waiver"}, answer="accepted")
    ada.page.locator("#readback", has_text="dentro de 24 horas").wait_for()
    picture(ada, "03-negociacion")
    ada.click(ada.button)
    assert Offer.objects.get(case=case).answer == "accepted"
    ada.sends()
    claim = BillingClaim.objects.get()
    assert (claim.state, claim.amount, Bill.objects.get().credited) == ("applied", Decimal(140), Decimal(140))
    picture(ada, "05-orden")
    ada.sends(contact_phone="71234567")
    order = WorkOrder.objects.get()
    assert (order.contact_phone, order.case_number) == ("71234567", case.number)
    assert Promise.objects.get(kind="visit").due_at == order.due_at


def prints(oscar: Person, technician: User) -> None:
    """Step 6: on the board, the order gets its technician and is printed."""
    order = WorkOrder.objects.get()
    oscar.go("/operations/orders/")
    oscar.fill(order=[order.number], technician=technician.pk)
    picture(oscar, "06-tablero")
    oscar.click(PRINT)
    order.refresh_from_db()
    assert order.technician == technician
    assert PrintBatch.objects.get().work_orders.get() == order


def repairs(tito: Person, rosa: Household, folder: Path) -> None:
    """Step 7, on the telephone: on the way, arrived, tasks, readings, a photo."""
    pk = rosa.internet.pk
    tito.click("main a[href^='/visits/OT-']")
    picture(tito, "07-visita")
    tito.click("main form[action$='/on-the-way/'] button")
    tito.click("main form[action$='/arrived/'] button")
    tito.click("main a[href*='/steps/']")
    photograph(tito, "photo_before", folder / "antes.jpg")
    tito.fill(
        tasks=["wifi_coverage", "drop_cable_replacement"], wifi_coverage_moved="access_point",
        drop_cable_replacement_drop="fibre", drop_cable_replacement_metres="45", material_drop_cable="45",
        findings="Acometida dañada", materials="2 grapas", solved="yes",
        **{f"before_{pk}": "-28,5", f"after_{pk}": "-19"},
    )  # fmt: skip
    picture(tito, "07-trabajo")
    tito.click(tito.button)
    visit, reading, trip = Visit.objects.get(), Measurement.objects.get(), Trip.objects.get()
    assert None not in (trip.left_at, trip.arrived_at)
    assert (visit.solved, visit.findings) == (True, "Acometida dañada")
    assert visit.details["drop_cable_replacement"] == {"drop": "fibre", "metres": 45}
    assert [used["name"] for used in visit.materials] == ["Cable de acometida", "grapas"]
    assert (float(reading.before or 0), float(reading.after or 0)) == (-28.5, -19)
    kept = Photo.objects.select_related("attachment").get()
    assert max(Image.open(io.BytesIO(bytes(kept.attachment.content))).size) == 1600


def has_it_signed(tito: Person, rosa: Household) -> None:
    """Step 8: her Internet works, she signs on the screen; her copy is one QR code or link away."""
    tito.fill(signer_name=rosa.customer.name, signer_document="4567890", **{f"working_{rosa.internet.pk}": True})
    draw(tito)
    picture(tito, "08-firma")
    tito.click(tito.button)
    assert WorkOrder.objects.get().state == "completed"
    papers = SignedPaper.objects.all()
    assert {paper.paper for paper in papers} == {"work_order", "service_report", "fault_report"}
    signature = papers[0].signature
    assert signature is not None
    darkest, _brightest = Image.open(io.BytesIO(bytes(signature.content))).convert("L").getextrema()
    assert int(str(darkest)) < 100
    assert Promise.objects.get(kind="visit").state == "kept"
    assert tito.page.locator(".qr svg").count() == 1
    with tito.page.expect_popup() as beside:
        tito.page.click("main a[href*='/papers/']:has-text('enlace')")
    copy = beside.value
    copy.locator("main a[href$='.pdf']").first.wait_for()
    assert copy.locator("main a[href$='.pdf']").count() == len(papers)
    assert_accessible(copy)
    assert tito.page.locator(".qr svg").count() == 1  # his own page is still there


def is_called(caller: Person, element: str, name: str, **answers: str) -> QualityControl:
    """Steps 9 and 10: from the calls of the team to a control that was passed."""
    caller.go("/controls/")
    task(caller, element)
    picture(caller, name)
    caller.sends(verdict="passed", **answers)
    control = QualityControl.objects.latest("id")
    assert (control.verdict, control.satisfaction) == ("passed", int(answers["satisfaction"]))
    return control


def reviews(head: Person, month: dt.date, comment: str) -> None:
    """A head of division reviews the month (III.2)."""
    head.go(f"/evaluations/{month:%Y-%m}/")
    head.sends(comment=comment)
    review = IndicatorReview.objects.get(role=head.role)
    assert (review.month, review.comment) == (month, comment)
    assert comment in head.text


def signs(greta: Person, month: dt.date) -> Evaluation:
    """Step 15: what stands behind a figure, then findings, decisions, signature."""
    page = f"/evaluations/{month:%Y-%m}/"
    greta.go(page)
    greta.page.locator("[data-chart][data-ready]").first.wait_for()
    picture(greta, "15-evaluacion")
    greta.click(greta.page.locator(f"main a[href='{page}cases/saved/']").first)
    assert RetentionCase.objects.get().number in greta.text
    greta.go(page)
    greta.sends(findings="Las visitas sostienen las retenciones", decisions="Seguir así\nMás cable en el norte")
    signed = Evaluation.objects.get()
    assert signed.log_head in greta.text
    assert signed.pdf_sha256 in greta.text
    return signed


def sees_the_way(person: Person, case: RetentionCase) -> None:
    """On the whole record every line of the way is blue, with no gap, and no other."""
    person.go(f"/cases/{case.number}/record/")
    person.page.locator("[data-diagram][data-ready=yes]").wait_for()
    blue = person.page.locator(".djs-connection.is-done").evaluate_all("all => all.map(each => each.dataset.elementId)")
    pairs = {pair for part in WAY for pair in itertools.pairwise(part.split())}
    assert set(blue) == {f"flow_{source}__{target}" for source, target in pairs}
    for box in ("retention", "service"):
        assert person.page.locator(f".is-done[data-element-id={box}]").count() == 1


def test_from_the_wish_to_leave_to_the_signed_evaluation(
    sign_in: SignIn, rosa: Household, cast: Cast, tmp_path: Path
) -> None:
    asks_to_leave(sign_in(Role.ADVISOR), rosa)
    prints(sign_in(Role.OPERATIONS_SUPERVISOR), cast[Role.TECHNICIAN])
    tito = sign_in(Role.TECHNICIAN)
    repairs(tito, rosa, tmp_path)
    has_it_signed(tito, rosa)

    later("2d")
    irma = sign_in(Role.INCIDENT_FOLLOW_UP)
    assert is_called(irma, "step_09", "09-control", satisfaction="5").decided_by == cast[Role.INCIDENT_FOLLOW_UP]
    later("28d")
    quirina = sign_in(Role.QUALITY_MANAGEMENT)
    assert is_called(quirina, "step_10", "10-control", satisfaction="4").decided_by == cast[Role.QUALITY_MANAGEMENT]
    case = RetentionCase.objects.get()
    assert case.outcome == RetentionCase.Outcome.ACCEPTED

    judged = clock.month_of(clock.now())
    later(f"{(clock.next_month(judged) - clock.today()).days}d")
    assert Judgement.objects.get().saved
    for role, comment in ((Role.HEAD_CUSTOMER_RELATIONS, "Menos reclamos"), (Role.HEAD_RESOURCES, "El norte mejora")):
        reviews(sign_in(role), judged, comment)
    greta = sign_in(Role.COMMERCIAL_MANAGEMENT)
    signed = signs(greta, judged)
    case.refresh_from_db()
    assert case.outcome == RetentionCase.Outcome.EVALUATED

    greta.page.locator("main a[href$='/pdf/']").first.wait_for()
    paper = greta.page.request.get(f"/evaluations/{judged:%Y-%m}/pdf/")
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    assert paper.body() == bytes(signed.pdf)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.body())).pages).split())
    for said in ("Bajas solicitadas", "Seguir así", "Más cable en el norte", "Menos reclamos", "El norte mejora"):
        assert said in text, said
    assert signed.log_head in text.replace(" ", "")
    sees_the_way(greta, case)
