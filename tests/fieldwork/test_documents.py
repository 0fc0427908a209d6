"""The papers of steps 6 and 8, read back from the PDFs themselves."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import override
from pypdf import PdfReader

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.documents.values import paper_language
from arraigo.eventlog.models import Event
from arraigo.eventlog.papers import PaperChanged, prove
from arraigo.fieldwork import actions, documents, queries
from arraigo.fieldwork import signed as frozen
from arraigo.fieldwork.models import Attachment, Paper, PrintBatch, SignedPaper, Task
from arraigo.network.models import Zone
from arraigo.orders import progress
from arraigo.orders.actions import follow_up_order
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Unit, User
from tests.fieldwork.records import NOTE, a_photo, a_signature, an_order, text_of
from tests.records import NOON, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


def visited(order: WorkOrder) -> Any:
    return actions.record_visit(
        order,
        technician=a_user(),
        tasks=["drop_cable_replacement"],
        measurements=[
            {"product": order.products.get(offering__service="internet"), "name": "Potencia óptica",
             "unit": "dBm", "before": "-31.40", "after": "-19.25"}
        ],
        materials=["45,5 m cable drop", "2 conectores"],
        findings="Acometida dañada por humedad.",
        solved=True,
    )  # fmt: skip


def signed(paper: str, **fields: Any) -> SignedPaper:
    given = {"signer_name": "María Núñez", "signer_document": "1234567 CB", "signature": a_signature()}
    return actions.sign_papers(visited(an_order()), [paper], actor=a_user(), **(fields or given))[0]


def test_a_batch_prints_a_cover_and_one_page_for_each_order() -> None:
    orders = [an_order() for _ in range(3)]
    supervisor = a_user("supervisora")
    batch = actions.print_batch(orders, actor=supervisor)
    cover, *pages = text_of(documents.work_orders_pdf(batch))
    assert len(pages) == 3
    assert [number in page for number, page in zip(("1 / 3", "2 / 3", "3 / 3"), pages, strict=True)] == [True] * 3
    assert cover.split()[-3:] == ["1", "/", "1"]
    for wanted in (batch.number, "supervisora", "10/03/2026 12:00", *(order.number for order in orders)):
        assert wanted in cover
    for order in orders:
        assert sum(order.number in page for page in pages) == 1


def test_the_page_of_an_order_says_all_that_step_5_3_asks_for_and_the_note_verbatim() -> None:
    order = an_order()
    _cover, page = text_of(documents.work_orders_pdf(actions.print_batch([order], actor=a_user())))
    assert NOTE in page
    for wanted in (
        "40530 PEX/Adecuación por Retención",
        "Crédito",
        "Bs 0,00",
        "María Núñez Quiroga",
        "Av. América Este 1240, piso 2",
        str(order.zone),
        "+591 70000001",
        "+591 4 4250000",
        "11/03/2026 12:00 (24 h)",
        order.case_number,
        *(product.number for product in order.products.all()),
        *(f"{ticket.number} · Cortes frecuentes" for ticket in order.tickets.all()),
    ):
        assert wanted in page, wanted
    with paper_language():
        for task in Task:
            assert str(task.label) in page


def test_a_batch_prints_again_to_the_same_bytes_whatever_happened_since() -> None:
    order, technician = an_order(), a_user("tecnica")
    orders = [progress.assign(each, technician=technician, actor=None) for each in (order, an_order())]
    batch = actions.print_batch(orders, actor=a_user())
    first = documents.work_orders_pdf(batch)
    with clock.at(NOON + dt.timedelta(hours=5)), override("en"):
        progress.assign(order, technician=a_user("otro"), actor=None)
        order.customer.phones.filter(is_mobile=True).update(number="+59176543210")
        Customer.objects.filter(pk=order.customer_id).update(address="Calle Nueva 1")
        progress.complete_order(order, actor=None)
        User.objects.update(last_name="Otro apellido")
        Unit.objects.update(name="Otro nombre")
        assert documents.work_orders_pdf(PrintBatch.objects.get(pk=batch.pk)) == first
    assert sum("tecnica" in page for page in text_of(first)) == 3


def test_an_order_that_another_batch_printed_is_marked_on_its_page() -> None:
    order, other = an_order(), an_order()
    first = actions.print_batch([order], actor=a_user())
    again = actions.print_batch([order, other], actor=a_user())
    mark = f"IMPRESA ANTES: {first.number} (10/03/2026 12:00)"
    cover, *pages = (" ".join(page.split()) for page in text_of(documents.work_orders_pdf(again)))
    assert [mark in page for page in pages] == [order.number in page for page in pages]
    assert sum(mark in page for page in pages) == 1
    assert "Impresas antes" in cover
    assert "IMPRESA ANTES" not in "".join(text_of(documents.work_orders_pdf(first)))


def test_an_order_with_much_to_say_is_signed_on_the_page_that_names_it() -> None:
    order = an_order()
    batch = actions.print_batch([order], actor=a_user())
    batch.contents["orders"][0]["tickets"] *= 15
    _cover, *pages = text_of(documents.work_orders_pdf(batch))
    assert [order.number in page for page in pages] == [True, True]
    assert ["Firma del técnico" in page for page in pages] == [True, False]


def test_a_reprint_is_marked_on_every_page_and_says_otherwise_the_same() -> None:
    batch = actions.print_batch([an_order(), an_order()], actor=a_user())
    with clock.at(NOON + dt.timedelta(hours=1)):
        again = [actions.reprint(batch, actor=a_user(name)) for name in ("ana", "eva")][1]
    pages = text_of(documents.work_orders_pdf(batch, reprint=again))
    mark = "REIMPRESIÓN 2 · 10/03/2026 13:00 · eva"
    assert [mark in page for page in pages] == [True] * 3
    first = text_of(documents.work_orders_pdf(batch))
    assert [page.replace(mark, "").split() for page in pages] == [page.split() for page in first]
    assert documents.work_orders_pdf(batch, reprint=again) == documents.work_orders_pdf(batch, reprint=again)


LONG_NAME = "María de los Ángeles Encarnación Fernández de Córdova y Villarroel viuda de Quiroga"
LONG_ADDRESS = "Avenida Melchor Pérez de Olguín esquina pasaje Fray Bartolomé de las Casas, bloque C, " + "x" * 100


@pytest.mark.parametrize("paper", ["batch", *Paper])
def test_a_long_name_and_an_address_without_a_space_stay_on_the_page(paper: str) -> None:
    order = an_order()
    Customer.objects.filter(pk=order.customer_id).update(name=LONG_NAME, address=LONG_ADDRESS)
    if paper == "batch":
        pdf = documents.work_orders_pdf(actions.print_batch([order], actor=a_user()))
        assert len(text_of(pdf)) == 2
    else:
        fields = {"signer_name": LONG_NAME, "signer_document": "1234567 CB", "signature": a_signature()}
        pdf = frozen.pdf(actions.sign_papers(visited(order), [paper], actor=a_user(), **fields)[0])
    assert LONG_NAME in " ".join(" ".join(text_of(pdf)).split())
    assert max(map(len, re.findall("x+", " ".join(text_of(pdf))))) < 100  # as many as a line has room for


@pytest.mark.parametrize("paper", list(Paper))
def test_a_signed_paper_says_whose_it_is_and_all_that_the_order_was(paper: Paper, settings: Any) -> None:
    settings.OPERATOR = "Cooperativa Valle Alto R.L."
    kept = signed(paper)
    page, order = " ".join(" ".join(text_of(frozen.pdf(kept))).split()), kept.visit.work_order
    settings.OPERATOR = "Otra"
    wanted = [order.case_number, order.product_order.number, "+591 70000001", "Crédito · Bs 0,00", order.activity_code]
    for each in ("Cooperativa Valle Alto R.L.", *wanted, *map(str, order.products.all())):
        assert each in page, each
    assert "Otra" not in page


def test_pages_lie_together_by_zone_and_technician() -> None:
    """As they are handed out: whoever gets the stack takes one piece of it."""
    first, second = an_order(), an_order()
    Customer.objects.filter(pk=second.customer_id).update(zone=first.zone)
    second.zone = first.zone
    second.save()
    other = an_order()
    tito, ana = a_user("tito"), a_user("ana")
    for order, technician in ((first, tito), (second, ana), (other, tito)):
        progress.assign(order, technician=technician, actor=None)
    third = progress.assign(an_order(), technician=tito, actor=None)
    third.zone = first.zone
    third.save()
    batch = actions.print_batch([first, second, other, third], actor=a_user())
    assert [order["number"] for order in batch.contents["orders"]] == [
        order.number for order in (second, first, third, other)
    ]
    assert [(title, len(rows)) for title, rows in batch.contents["groups"]] == [
        (f"{first.zone} · ana", 1), (f"{first.zone} · tito", 2), (f"{other.zone} · tito", 1),
    ]  # fmt: skip
    progress.assign(second, technician=a_user("zoe"), actor=None)
    on_its_page = documents.as_they_lie(batch, batch.work_orders.order_by("-pk"))
    assert [order.number for order in on_its_page] == [order["number"] for order in batch.contents["orders"]]
    assert documents.as_they_lie(batch, [an_order(), first])[0] == first, "what has no page comes last"


def test_the_page_has_a_sketch_of_the_address_from_our_own_zones() -> None:
    order = an_order()
    Zone.objects.filter(pk=order.zone_id).update(latitude=-17.37, longitude=-66.15)
    Customer.objects.filter(pk=order.customer_id).update(latitude=-17.3735, longitude=-66.153)
    batch = actions.print_batch([order], actor=a_user())
    _cover, page = text_of(documents.work_orders_pdf(batch))
    assert "Croquis de la dirección" in page
    assert "200 m" in page
    assert page.count(str(order.zone.name)) == 2  # type: ignore[union-attr]


def test_a_page_says_why_its_order_goes_first() -> None:
    first = an_order(priority=1)  # the customer is VIP: nobody was there before
    page = text_of(documents.work_orders_pdf(actions.print_batch([first], actor=a_user())))[1]
    assert "PRIORIDAD" in page
    assert "no lo resolvió" not in page
    second = follow_up_order(progress.fail_order(first, cause="Poste caído", actor=None), hours=24, actor=None)
    batch = actions.print_batch([second, an_order()], actor=a_user())
    pages = text_of(documents.work_orders_pdf(batch))[1:]
    assert sorted("PRIORIDAD: sigue a una visita que no lo resolvió" in page for page in pages) == [False, True]
    batch.contents["labels"]["priority"] = "PRIORIDAD como antes"
    for order in batch.contents["orders"]:
        order["priority"] = bool(order.pop("first"))
    assert sum("PRIORIDAD como antes" in page for page in text_of(documents.work_orders_pdf(batch))) == 1


def test_a_batch_kept_before_there_were_groups_still_prints() -> None:
    batch = actions.print_batch([an_order()], actor=a_user())
    for order in batch.contents["orders"]:
        del order["sketch"], order["earlier"]
    del batch.contents["frame"]
    title, rows = batch.contents.pop("groups")[0]
    batch.contents["rows"] = [[*row, "Zona", "Técnico"] for row in rows]
    batch.contents["header"] += ["Zona", "Técnico"]
    batch.save()
    assert len(text_of(documents.work_orders_pdf(PrintBatch.objects.get(pk=batch.pk)))) == 2
    assert title


def test_a_batch_is_printed_with_few_queries_however_many_orders(django_assert_max_num_queries: Any) -> None:
    orders, supervisor = [an_order() for _ in range(5)], a_user()
    with django_assert_max_num_queries(11):
        batch = actions.print_batch(orders, actor=supervisor)
    batch = PrintBatch.objects.select_related("printed_by", "operations_center").get(pk=batch.pk)
    with django_assert_max_num_queries(0):
        documents.work_orders_pdf(batch)


def test_the_signature_stands_on_the_page_of_what_is_signed() -> None:
    visit = visited(an_order())
    visit.materials += [{"name": f"material {number}", "quantity": 1, "unit": "u"} for number in range(3)]
    visit.save()
    given = {"signer_name": "María Núñez", "signer_document": "1234567 CB", "signature": a_signature()}
    [paper] = actions.sign_papers(visit, [Paper.WORK_ORDER], actor=a_user(), **given)
    assert len(text_of(frozen.pdf(paper))) == 1


def test_a_paper_keeps_its_text_inside_the_page() -> None:
    kept = signed(Paper.WORK_ORDER)
    page = PdfReader(io.BytesIO(frozen.pdf(kept))).pages[0]
    assert kept.signature is not None
    ends: list[float] = []

    def measure(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if kept.signature and kept.signature.sha256[-16:] in text:
            ends.append(tm[4] + cm[4])

    page.extract_text(visitor_text=measure)
    assert ends
    assert all(0 < end < page.mediabox.width - 120 for end in ends)


def test_the_qr_code_leads_to_the_order(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    coded: list[str] = []
    draw = documents.segno.make
    monkeypatch.setattr(documents.segno, "make", lambda text, **kw: coded.append(text) or draw(text, **kw))
    order = an_order()
    settings.BASE_URL = "https://desk.example"
    batch = actions.print_batch([order], actor=a_user())
    documents.work_orders_pdf(batch, base_url="https://moved.example")
    assert coded == [f"https://desk.example/ot/{order.number}/"]


@pytest.mark.parametrize("paper", list(Paper))
def test_a_signed_paper_shows_work_measurements_signature_and_signer(paper: Paper) -> None:
    kept = signed(paper)
    pdf = frozen.pdf(kept)
    page = " ".join(text_of(pdf))
    with paper_language():
        assert str(paper.label) in page
        assert _("Signature of the customer") in page
    for wanted in (kept.number, "Potencia óptica (dBm)", "-31,4", "-19,25", "cable drop", "45,5",
                   "Acometida dañada por humedad.", "María Núñez", "1234567 CB"):  # fmt: skip
        assert wanted in page, wanted
    assert [len(leaf.images) for leaf in PdfReader(io.BytesIO(pdf)).pages] == [1]
    assert (NOTE in page) == (paper == Paper.WORK_ORDER)


def test_the_fault_report_has_the_faults_and_the_photos_and_what_the_task_was() -> None:
    order = an_order()
    technician = a_user()
    for moment in ("before", "after"):
        actions.add_photo(order, a_photo(), moment=moment, actor=technician)
    visit = actions.record_visit(
        order, technician=technician, tasks=["drop_cable_replacement"], solved=True,
        details={"drop_cable_replacement": {"drop": "fibre", "metres": 45}},
    )  # fmt: skip
    papers = [Paper.FAULT_REPORT, Paper.SERVICE_REPORT, Paper.WORK_ORDER]
    signed = actions.sign_papers(
        visit, papers, signer_name="María", signer_document="4567890", signature=a_signature(), actor=technician
    )
    pdfs = [frozen.pdf(paper) for paper in signed]
    pages = [" ".join(text_of(pdf)) for pdf in pdfs]
    tickets = [ticket.number for ticket in order.tickets.all()]
    assert [[number in page for number in tickets] for page in pages] == [[True, True], [False] * 2, [False] * 2]
    assert all(f"{number} · Cortes frecuentes" in pages[0] for number in tickets)
    assert ["Antes del trabajo" in page and "Después del trabajo" in page for page in pages] == [True, True, False]
    assert "Recibido" not in pages[0], "the state before the signature, which resolves them"
    assert all("Acometida de fibra óptica" in page and "45 m" in page for page in pages)
    images = [sum(len(leaf.images) for leaf in PdfReader(io.BytesIO(pdf)).pages) for pdf in pdfs]
    assert images == [2, 2, 1]  # the same photo twice is one image of the file
    assert all(b"<pdfaid:part>2</pdfaid:part>" in pdf for pdf in pdfs)


@pytest.mark.parametrize("used", [0, 4, 8, 12, 16])
def test_no_paper_is_signed_on_a_sheet_of_its_own(used: int) -> None:
    """However much was used, what was found stands above the signature, and the photos follow."""
    order, technician = an_order(), a_user()
    for moment in ("before", "after"):
        actions.add_photo(order, a_photo(), moment=moment, actor=technician)
    visit = actions.record_visit(
        order, technician=technician, tasks=["drop_cable_replacement"], solved=True, findings="Humedad en la caja",
        materials=[f"{n} m cable" for n in range(1, used + 1)],
        details={"drop_cable_replacement": {"drop": "fibre", "metres": 45}},
    )  # fmt: skip
    signed = actions.sign_papers(
        visit, list(Paper), signer_name="María", signer_document="4567890", signature=a_signature(), actor=technician
    )
    for paper in signed:
        pages = text_of(frozen.pdf(paper))
        [page] = [page for page in pages if "Firma del cliente" in page]
        assert page.index("Humedad en la caja") < page.index("Firma del cliente"), (paper.paper, used)
        whole = " ".join(pages)
        assert "Fotos" not in whole or whole.index("Firma del cliente") < whole.index("Fotos")


def test_a_signed_paper_is_pdf_a_2b_and_the_same_each_time() -> None:
    kept = signed(Paper.SERVICE_REPORT)
    pdf = frozen.pdf(kept)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert frozen.pdf(SignedPaper.objects.get(pk=kept.pk)) == pdf


@pytest.mark.parametrize("paper", list(Paper))
def test_what_was_signed_stays_when_the_records_change(paper: Paper) -> None:
    kept = signed(paper)
    order = kept.visit.work_order
    pdf = queries.paper_pdf(kept)
    Customer.objects.filter(pk=order.customer_id).update(name="Otro Nombre", address="Otra calle")
    WorkOrder.objects.filter(pk=order.pk).update(note="Otra glosa")
    kept.visit.measurements.update(after="-99")
    kept.visit.__class__.objects.filter(pk=kept.visit_id).update(findings="Otra cosa", materials=[])
    order.tickets.update(description="Otra falla")
    assert queries.paper_pdf(SignedPaper.objects.get(pk=kept.pk)) == pdf


def forged_contents(paper: SignedPaper) -> None:
    SignedPaper.objects.filter(pk=paper.pk).update(contents={**(paper.contents or {}), "findings": "Otra cosa"})


def forged_picture(paper: SignedPaper) -> None:
    Attachment.objects.filter(pk=paper.signature_id).update(content=a_photo())


def made_again(paper: SignedPaper) -> None:
    paper.visit.__class__.objects.filter(pk=paper.visit_id).update(findings="Otra cosa")
    SignedPaper.objects.filter(pk=paper.pk).update(contents=None)


@pytest.mark.parametrize("forge", [forged_contents, forged_picture, made_again])
def test_a_forged_paper_is_not_shown(forge: Any) -> None:
    kept = signed(Paper.WORK_ORDER)
    assert prove().changed == []
    forge(kept)
    with pytest.raises(PaperChanged):
        queries.paper_pdf(actions.keep_paper(SignedPaper.objects.get(pk=kept.pk)))
    assert prove().changed == [kept.number]


def test_a_paper_of_before_is_frozen_once() -> None:
    kept = signed(Paper.WORK_ORDER)
    SignedPaper.objects.update(contents=None)
    (event,) = Event.objects.filter(kind="papers.signed")
    del event.data["sha256"]
    event.save()
    pdf = queries.paper_pdf(actions.keep_paper(SignedPaper.objects.get(pk=kept.pk)))
    Customer.objects.update(name="Otro Nombre")
    again = actions.keep_paper(SignedPaper.objects.get(pk=kept.pk))
    assert queries.paper_pdf(again) == pdf
    assert Event.objects.filter(kind="papers.frozen").count() == 1
    assert (prove().whole, prove().changed) == (1, [])


def test_a_refused_paper_shows_the_reason_and_the_photo() -> None:
    kept = signed(Paper.WORK_ORDER, refusal_reason="No está el titular", photo=a_photo())
    pdf = frozen.pdf(kept)
    page = " ".join(text_of(pdf))
    with paper_language():
        assert _("The customer refused to sign") in page
    assert "No está el titular" in page
    assert sum(len(leaf.images) for leaf in PdfReader(io.BytesIO(pdf)).pages) == 1
