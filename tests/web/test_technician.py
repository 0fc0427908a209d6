"""The technician's phone: what is told from the road, photos, and what goes wrong on the way."""

import html
import os
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arraigo.customers.models import Customer
from arraigo.eventlog.models import Event
from arraigo.fieldwork import copies, documents, pictures
from arraigo.fieldwork.actions import print_batch, remove_photo
from arraigo.fieldwork.models import Photo, SignedPaper, Trip, Visit
from arraigo.messages.models import Message
from arraigo.network.models import Zone
from arraigo.orders import actions as orders
from arraigo.orders import progress
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.retention import clocks, dispatch, sweeps
from arraigo.web.cases.telling import what
from tests.cast import NOW, TASK_DETAILS, Cast, Walk, moment
from tests.fieldwork.records import a_photo, text_of
from tests.records import a_customer, a_product, a_visit
from tests.web.conftest import Desk, signed_in
from tests.web.test_query_counts import asked


@pytest.fixture
def phone(desk: Desk) -> Client:
    return signed_in(desk.cast[Role.TECHNICIAN])


@pytest.fixture
def order(desk: Desk) -> WorkOrder:
    return WorkOrder.objects.get()


def picture(content: bytes = b"", name: str = "foto.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or a_photo(), "image/jpeg")


def text(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def step(walk: Walk, element: str) -> str:
    return reverse("step", args=[walk.case.number, walk.item(element).pk])


def colleague(desk: Desk) -> User:
    """A second technician of the same centre."""
    user = User.objects.create(username="colega", first_name="Carla", last_name="Colega")
    Membership.objects.create(user=user, role=Role.TECHNICIAN, unit=desk.cast.center)
    return user


def test_the_way_to_the_customer_button_by_button(desk: Desk, phone: Client, order: WorkOrder) -> None:
    page = reverse("visit", args=[order.number])
    assert reverse("visit_set_out", args=[order.number]) in text(phone.get(page))
    with moment(hours=1):
        phone.post(reverse("visit_set_out", args=[order.number]))
        assert reverse("visit_arrive", args=[order.number]) in text(phone.get(page))
    with moment(hours=2):
        phone.post(reverse("visit_arrive", args=[order.number]))
        assert step(desk.walk, "step_07") in text(phone.get(page))
    assert (Trip.objects.get().left_at, Visit.objects.get().arrived_at) == (
        NOW + dt_hours(1), NOW + dt_hours(2),
    )  # fmt: skip
    message = Message.objects.get(kind="visit.on_the_way")
    assert message.data["orden"] == order.number


def dt_hours(hours: float) -> Any:
    with moment(hours=hours) as at:
        return at - NOW


def test_the_page_of_a_visit_has_what_who_goes_there_must_know(desk: Desk, phone: Client, order: WorkOrder) -> None:
    Zone.objects.filter(pk=desk.cast.zone.pk).update(latitude=-17.37, longitude=-66.15)
    page = text(phone.get(reverse("visit", args=[order.number])))
    for wanted in ('href="tel:70000001"', "Calle Uno 1", "Cortes frecuentes", "Internet FO 100 Mb", order.note):
        assert wanted in page, wanted
    assert "<svg viewBox" in page


def test_the_other_phones_are_not_the_one_that_the_button_calls(phone: Client, order: WorkOrder) -> None:
    assert order.contact_phone == "70000001"  # as it was typed
    own = order.customer.phones
    own.get_or_create(number="+59170000001")
    own.create(number="+59144000001", is_mobile=False)
    told = {each.number for each in phone.get(reverse("visit", args=[order.number])).context["phones"]}
    assert "+59144000001" in told
    assert "+59170000001" not in told


def test_nobody_at_home_needs_the_photo_and_stops_the_clock(phone: Client, order: WorkOrder) -> None:
    page = reverse("visit_absent", args=[order.number])
    refused = phone.post(page, {"note": "Toqué dos veces"})
    assert refused.status_code == 400
    assert "Tome una foto de la puerta" in text(refused)
    assert "Toqué dos veces" in text(refused)
    assert not Pause.objects.exists()
    assert phone.post(page, {"note": "Toqué dos veces", "photo": picture()}).status_code == 302
    assert "Toqué dos veces" in Pause.objects.get().evidence
    shown = text(phone.get(reverse("visit", args=[order.number])))
    assert "detenid" in shown
    for verb in ("visit_set_out", "visit_arrive"):
        assert f'action="{reverse(verb, args=[order.number])}"' in shown


FORTY = b"\xff\xd8\xff\xe0" + os.urandom(40 * pictures.MEGABYTE)


@pytest.mark.parametrize(
    ("content", "said"),
    [(FORTY, "41 MB"), (b"%PDF-1.7 no es una foto", "no es una foto"), (a_photo()[:900], "no es una foto")],
    ids=["forty_megabytes", "a_pdf", "cut_short"],
)
def test_a_bad_photo_is_refused_at_its_field_and_nothing_typed_is_lost(
    desk: Desk, phone: Client, order: WorkOrder, content: bytes, said: str
) -> None:
    typed = {"findings": "Caja mojada", "solved": "yes", "tasks": ["drop_cable_replacement"], **TASK_DETAILS}
    absent = phone.post(reverse("visit_absent", args=[order.number]), {"note": "Timbre", "photo": picture(content)})
    step_07 = phone.post(step(desk.walk, "step_07"), {**typed, "photo_after": picture(content)})
    added = phone.post(
        reverse("photo_add", args=[order.number, "before"]), {"photo_before": picture(content)},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    for answer, field, kept in (
        (absent, "id_photo_error", "Timbre"), (step_07, "photo_after-error", "Caja mojada"),
        (added, "photo_before-error", ""),
    ):  # fmt: skip
        assert answer.status_code == 400
        assert said in text(answer)
        assert f'id="{field}"' in text(answer)
        assert kept in text(answer)
    assert not Photo.objects.exists()
    assert not Pause.objects.exists()
    assert desk.walk.open == ["step_07"]


def test_a_photo_is_kept_at_once_and_survives_a_refused_form(desk: Desk, phone: Client, order: WorkOrder) -> None:
    add = reverse("photo_add", args=[order.number, "before"])
    kept = phone.post(add, {"photo_before": picture()}, headers={"HX-Request": "true"})
    photo = Photo.objects.get()
    assert reverse("photo", args=[photo.pk]) in text(kept)
    again = phone.post(step(desk.walk, "step_07"), {"solved": "no"})
    assert again.status_code == 400
    assert reverse("photo", args=[photo.pk]) in text(again)
    small = phone.get(reverse("photo", args=[photo.pk]), {"small": ""})
    assert small["Content-Type"] == "image/jpeg"
    assert len(small.content) < 20_000
    phone.post(reverse("photo_remove", args=[photo.pk]), headers={"HX-Request": "true"})
    remove_photo(photo, actor=desk.cast[Role.TECHNICIAN])  # a touch that came twice
    assert Event.objects.filter(kind="photo.removed").count() == 1
    assert not Photo.objects.exists()


def test_without_javascript_a_photo_is_kept_too_and_what_was_typed_is_there_again(
    desk: Desk, phone: Client, order: WorkOrder
) -> None:
    page = step(desk.walk, "step_07")
    sent = {"page": page, "findings": "Conector oxidado", "photo_after": picture()}
    answer = phone.post(reverse("photo_add", args=[order.number, "after"]), sent)
    assert answer["Location"] == page
    back = text(phone.get(page))
    assert "Conector oxidado" in back
    assert reverse("photo", args=[Photo.objects.get().pk]) in back


def test_more_photos_than_the_limit_are_refused(phone: Client, order: WorkOrder, settings: Any) -> None:
    settings.PHOTOS_PER_MOMENT = 1
    add = reverse("photo_add", args=[order.number, "before"])
    phone.post(add, {"photo_before": picture()}, headers={"HX-Request": "true"})
    other = picture(pictures.thumbnail(a_photo()))
    refused = phone.post(add, {"photo_before": other}, headers={"HX-Request": "true"})
    assert refused.status_code == 400
    assert "Ya hay 1 fotos" in text(refused)


def test_readings_out_of_range_say_the_range(desk: Desk, phone: Client) -> None:
    pk = desk.walk.home.internet.pk
    typed = {"solved": "yes", "tasks": ["drop_cable_replacement"], **TASK_DETAILS, f"after_{pk}": "-90"}
    answer = phone.post(step(desk.walk, "step_07"), typed)
    assert "Potencia óptica recibida está entre -35 y 0 dBm: mire otra vez el medidor." in text(answer)
    assert 'value="-90"' in text(answer)


def test_a_task_says_what_it_needs(desk: Desk, phone: Client) -> None:
    answer = phone.post(step(desk.walk, "step_07"), {"solved": "yes", "tasks": ["signal_stability", "wifi_coverage"]})
    form = answer.context["form"]
    pk = desk.walk.home.internet.pk
    readings = {f"before_{pk}", f"after_{pk}"}
    assert {"signal_stability_devices", "wifi_coverage_moved", *readings} == set(form.errors)
    three = {"solved": "yes", "tasks": ["signal_stability"], "signal_stability_devices": "3"}
    assert "Escriba un número de 1 a 2." in text(phone.post(step(desk.walk, "step_07"), three))


def test_the_way_back_to_a_step_that_is_done_shows_that_it_is(desk: Desk, phone: Client) -> None:
    """As the browser's own button leads there after the signature."""
    for element in ("step_07", "step_08"):
        done = step(desk.walk, element)
        desk.walk(element)
        answer = phone.get(done)
        assert answer.status_code == 200
        assert "<dt>Quién</dt>" in text(answer)


def test_materials_and_details_are_kept_as_said(desk: Desk) -> None:
    desk.walk("step_07", tasks=["signal_stability"], material_network_cable="12.5", materials="1 grapa")
    visit = Visit.objects.get()
    assert visit.details == {"signal_stability": {"devices": 2}}
    assert visit.materials == [
        {"name": "Cable de red", "quantity": 12.5, "unit": "m"},
        {"name": "grapa", "quantity": 1, "unit": "u"},
    ]


def test_an_order_of_another_zone_does_not_exist_for_the_technician(desk: Desk, order: WorkOrder) -> None:
    """The printed QR code of a neighbouring centre: a clear sentence, and nothing told of the order."""
    stranger = User.objects.create(username="lejos")
    elsewhere = desk.cast.center.__class__.objects.create(code="co-sur", name="Sur", kind="operations_center")
    Membership.objects.create(user=stranger, role=Role.TECHNICIAN, unit=elsewhere)
    client = signed_in(stranger)
    for path in (f"/ot/{order.number}/", reverse("visit", args=[order.number]), "/ot/OT-1999-000001/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "pida al supervisor de su centro" in text(answer)
        assert order.customer.name not in text(answer)


def test_the_second_technician_on_an_order_gets_back_what_was_typed(
    desk: Desk, phone: Client, order: WorkOrder
) -> None:
    page = step(desk.walk, "step_07")
    phone.get(page)
    phone.post(reverse("photo_add", args=[order.number, "before"]), {"photo_before": picture()})
    dispatch.hand_over([order], technician=colleague(desk), actor=desk.cast[Role.OPERATIONS_SUPERVISOR])
    answer = phone.post(page, {"findings": "Caja inundada", "solved": "no", "cause": "plant", "absent": "on"})
    assert answer.status_code == 404
    assert answer.context["typed"] == ["Caja inundada"]
    assert "pida al supervisor" in text(answer)
    assert Photo.objects.count() == 1
    order.refresh_from_db()
    assert order.closed_at is None


def test_the_first_to_finish_wins_and_the_other_is_told_who(desk: Desk, phone: Client) -> None:
    page = step(desk.walk, "step_07")
    desk.walk("step_07")
    answer = phone.post(page, {"findings": "Lo mismo", "solved": "no", "cause": "plant"})
    assert answer.status_code == 409
    assert "Lo mismo" in text(answer)


def test_an_empty_signature_is_refused_and_the_rest_stays(desk: Desk, phone: Client) -> None:
    desk.walk("step_07")
    page = step(desk.walk, "step_08")
    pk = desk.walk.home.internet.pk
    blank = {"signer_name": "Doña Rosa", "signer_document": "123", f"working_{pk}": "on", "signature": ""}
    answer = phone.post(page, blank)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"signature"}
    assert 'value="Doña Rosa"' in text(answer)


def test_a_refusal_uses_the_photo_that_was_kept(desk: Desk, phone: Client, order: WorkOrder) -> None:
    desk.walk("step_07")
    phone.post(reverse("photo_add", args=[order.number, "refusal"]), {"photo": picture()})
    pk = desk.walk.home.internet.pk
    answer = phone.post(step(desk.walk, "step_08"), {f"working_{pk}": "on", "refusal_reason": "No quiere"})
    assert answer["Location"] == reverse("visit_papers", args=[order.number])
    assert SignedPaper.objects.filter(refusal_reason="No quiere", photo__isnull=False).count() == 3


def test_the_customers_copy_by_link_and_by_e_mail(desk: Desk, phone: Client, order: WorkOrder) -> None:
    desk.walk("step_07")
    desk.walk("step_08", copy_email="socia@example.com")
    page = phone.get(reverse("visit_papers", args=[order.number]))
    paper = SignedPaper.objects.get(paper="service_report")
    customer, link = Client(), copies.path(order)
    assert copies.token(order)[:20] in text(page)
    assert "Hoja de Servicio" in text(customer.get(link))
    pdf = customer.get(reverse("paper_copy_pdf", args=[copies.token(order), paper.number]))
    assert paper.number in text_of(pdf.content)[0]
    message = Message.objects.get(kind="visit.papers")
    assert message.enclosures.count() == 3
    assert message.given == {"email": "socia@example.com"}


def test_a_link_that_ended_or_was_tampered_with_says_so(desk: Desk, order: WorkOrder) -> None:
    desk.walk.go("step_07", "step_08")
    token, paper = copies.token(order), SignedPaper.objects.first()
    assert paper is not None
    customer = Client()
    with moment(days=31):
        ended = customer.get(reverse("paper_copy", args=[token]))
        assert (ended.status_code, "venció el 09/04/2026" in text(ended)) == (404, True)
        assert customer.get(reverse("paper_copy_pdf", args=[token, paper.number])).status_code == 404
    for bad in (token[:-2] + "xx", "nada", token + "x"):
        answer = customer.get(reverse("paper_copy", args=[bad]))
        assert (answer.status_code, "no lleva a ningún documento" in text(answer)) == (404, True)
    assert customer.get(reverse("paper_copy_pdf", args=[token, "DF-2020-000001"])).status_code == 404


def test_papers_are_found_from_the_case(desk: Desk) -> None:
    desk.walk.go("step_07", "step_08")
    page = text(desk.advisor.get(reverse("case", args=[desk.walk.case.number])))
    papers = list(SignedPaper.objects.all())
    assert papers
    for paper in papers:
        link = reverse("signed_paper", args=[paper.visit.work_order.number, paper.number])
        assert link in page
        assert desk.advisor.get(link)["Content-Type"] == "application/pdf"


def test_not_solved_tells_the_customer_the_advisor_and_the_supervisor(desk: Desk) -> None:
    desk.walk("step_07", solved="no", cause="plant", tasks=[])
    desk.walk("step_08_unsolved")
    told = {role for role, user in desk.cast.people.items() if user.notices.filter(kind="work_order.failed")}
    assert told == {Role.ADVISOR, Role.OPERATIONS_SUPERVISOR}
    assert Message.objects.filter(kind="visit.not_solved").count() == 1


def test_visits_take_as_many_queries_for_one_as_for_many(
    desk: Desk, phone: Client, django_assert_num_queries: Any
) -> None:
    phone.get("/visits/")
    with CaptureQueriesContext(connection) as one:
        phone.get("/visits/")
    for n in range(2, 5):
        home = desk.cast.household(f"10000{n}")
        home.repeated_faults()
        Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with django_assert_num_queries(len(one)):
        assert text(phone.get("/visits/")).count("visit-row") == 3


def test_the_hour_that_a_customer_asked_for_reaches_the_phone_the_paper_and_the_customer(
    desk: Desk, phone: Client, order: WorkOrder
) -> None:
    supervisor, tito = desk.cast[Role.OPERATIONS_SUPERVISOR], desk.cast[Role.TECHNICIAN]
    page, way, door = (reverse(name, args=[order.number]) for name in ("visit", "visit_set_out", "visit_arrive"))
    day = "2026-03-12"
    with moment(hours=1):
        before = asked(phone, reverse("visits"))
        said = {"reason": "later", "words": "Trabajo hasta las seis", "wanted_at": NOW + dt_hours(2 * 24 + 8.5)}
        dispatch.pause_order(order, actor=supervisor, note="Tocar dos veces", **said)
        for shown in (text(phone.get(page)), text(phone.get(reverse("visits"), {"day": day}))):
            for words in ("No antes del 12/03/2026 18:30", "«Trabajo hasta las seis» · Tocar dos veces"):
                assert words in shown, words
        assert phone.get(reverse("visits")).context["day"].isoformat() == day, "nothing is left for today"
        assert asked(phone, reverse("visits")) == before
        written = text_of(documents.work_orders_pdf(print_batch([order], actor=supervisor)))
        for words in ("No antes del", "12/03/2026 18:30 · «Trabajo hasta las seis»", "13/03/2026 17:30"):
            assert any(words in each for each in written), words
        told = Message.objects.get(kind="visit.rescheduled")
        assert (told.data["desde"], told.data["plazo"]) == ("12/03/2026 18:30", "13/03/2026 17:30")
        assert Message.objects.get(kind="visit.ordered").why == "overtaken"
        notice = tito.notices.get(kind="work_order.put_off").sentence
        assert "no antes del 12/03/2026 18:30" in notice
        assert "«Trabajo hasta las seis»" in notice
        other = colleague(desk)
        dispatch.hand_over([order], technician=other, actor=supervisor)
        assert other.notices.get(kind="work_order.put_off").sentence == notice
        dispatch.hand_over([WorkOrder.objects.get()], technician=tito, actor=supervisor)
        sure = text(phone.post(way))
        assert "pidió que no lo visiten antes del 12/03/2026 18:30" in sure
        assert 'name="early"' in sure
        assert f'action="{door}"' in text(phone.post(door))
        assert not Trip.objects.exists()
        for told in (way, door):
            with transaction.atomic():
                assert phone.post(told, {"early": "1"}).status_code == 302
                assert Trip.objects.exists()
                assert Message.objects.get(kind="visit.rescheduled").why == "overtaken"
                assert not Message.objects.filter(kind="visit.resumed").exists(), "the customer sees the technician"
                came = [what(each) for each in Event.objects.filter(kind="work_order.started")]
                assert came == (
                    [] if told == way else ["El técnico comenzó antes de la hora que el cliente había pedido"]
                )
                transaction.set_rollback(True)
    with moment(hours=3), transaction.atomic():
        progress.resume(order, actor=supervisor)
        again = Message.objects.get(kind="visit.resumed")
        assert (again.data["plazo"], again.status) == ("11/03/2026 12:00", "pending")
        assert Message.objects.get(kind="visit.rescheduled").why == "overtaken"
        assert "vence 11/03/2026 12:00" in tito.notices.get(kind="work_order.resumed").sentence
        transaction.set_rollback(True)
    with moment(days=2, hours=9):
        sweeps.run_all()
        assert "No antes del 12/03/2026 18:30" in text(phone.get(page)), "it is today's, though due tomorrow"
        assert phone.get(reverse("visits")).context["day"] is None
        assert phone.post(way).status_code == 302
        assert Trip.objects.exists()
        assert not Message.objects.filter(kind="visit.resumed").exists(), "the hour had come, as it was told"


def test_a_batch_across_two_centres_is_of_who_supervises_both(desk: Desk) -> None:
    supervisor = desk.cast[Role.OPERATIONS_SUPERVISOR]
    south = Unit.objects.create(code="co-sur", name="Centro Sur", kind=Unit.Kind.OPERATIONS_CENTER)
    home = desk.cast.household("100002")
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    WorkOrder.objects.filter(customer=home.customer).update(operations_center=south)
    batch = print_batch(WorkOrder.objects.order_by("pk"), actor=supervisor)
    page = reverse("operations_batch_page", args=[batch.number])
    assert signed_in(supervisor).get(page).status_code == 404
    Membership.objects.create(user=supervisor, role=Role.OPERATIONS_SUPERVISOR, unit=south)
    both = User.objects.get(pk=supervisor.pk)
    assert signed_in(both).get(page).status_code == 200
    assert batch.number in text(signed_in(both).get(reverse("operations_batches")))


def test_a_batch_is_printed_again_marked_and_counted(desk: Desk) -> None:
    """Opened once as it was; again at once for who opened it, later or for another only as a marked reprint."""
    oscar, ana = desk.cast[Role.OPERATIONS_SUPERVISOR], User.objects.create(username="ana", first_name="Ana")
    Membership.objects.create(user=ana, role=Role.OPERATIONS_SUPERVISOR, unit=desk.cast.center)
    supervisor, other = signed_in(oscar), signed_in(ana)
    batch = WorkOrder.objects.get().print_batches.get()
    pdf, page = (reverse(name, args=[batch.number]) for name in ("operations_batch", "operations_batch_page"))

    def mark(client: Client, **asked: str) -> str:
        leaf = text_of(client.get(pdf, asked).content)[0]
        return found[0] if (found := re.search(r"REIMPRESIÓN \d · .* · (\w+)", leaf)) else ""

    assert [mark(supervisor), mark(supervisor)] == ["", ""]
    assert mark(other).startswith("REIMPRESIÓN 1")
    with moment(hours=1):
        assert mark(supervisor).startswith("REIMPRESIÓN 2")
        assert mark(supervisor).startswith("REIMPRESIÓN 2")
        supervisor.post(reverse("operations_reprint", args=[batch.number]))
        assert "Reimpresión 3 · ábrala para imprimir" in " ".join(
            re.sub("<.*?>", "", text(supervisor.get(page))).split()
        )
        assert mark(supervisor, reprint="3").startswith("REIMPRESIÓN 3")
        assert mark(other, reprint="3").startswith("REIMPRESIÓN 4")
    batch.refresh_from_db()
    assert (batch.openings, batch.opened_by) == (2, oscar)
    assert list(batch.reprints.values_list("number", "by_name", "openings")) == [
        (1, "Ana", 1), (2, str(oscar), 2), (3, str(oscar), 1), (4, "Ana", 1),
    ]  # fmt: skip
    assert Event.objects.filter(kind="print_batch.reprinted").count() == 4
    for wrong in ("5", "0", "x", "99999999999999999999"):
        assert supervisor.get(pdf, {"reprint": wrong}).status_code == 404
    assert batch.number in text(
        supervisor.get(reverse("operations_batches"), {"words": WorkOrder.objects.get().number})
    )


def test_hundreds_of_visits_are_told_day_by_day_and_page_by_page(desk: Desk, phone: Client, order: WorkOrder) -> None:
    """Late and today's ones first, twenty at once; later days by their number; always the same queries."""
    path, tito = reverse("visits"), desk.cast[Role.TECHNICIAN]
    with moment(days=1, hours=1):
        one = asked(phone, path)
    for number in range(30):
        customer = a_customer(number=f"V{number}")
        a_visit(customer, a_product(customer))
    WorkOrder.objects.exclude(pk=order.pk).update(technician=tito, due_at=NOW + dt_hours(26))
    tomorrow = WorkOrder.objects.order_by("-pk").values_list("pk", flat=True)[:5]
    WorkOrder.objects.filter(pk__in=list(tomorrow)).update(due_at=NOW + dt_hours(48))
    assert len(phone.get(path).context["stops"]) == 20  # nothing for today: the next day that has any
    with moment(days=1, hours=1):
        first = phone.get(path)
        assert asked(phone, path) == one
        stops = first.context["stops"]
        assert (stops[0].order, len(stops), first.context["total"]) == (order, 20, 31)
        for words in ("Atrasadas y de hoy", "?page=2", "?day=2026-03-12", "5 visitas"):
            assert words in text(first), words
        second, later = phone.get(path, {"page": "2"}), phone.get(path, {"day": "2026-03-12"})
        assert [len(answer.context["stops"]) for answer in (second, later)] == [6, 5]
        assert "<strong>Atrasadas y de hoy</strong><span>26 visitas</span>" in text(later)
        for nonsense in ({"day": "ayer", "page": "x"}, {"day": "2030-01-01"}):
            assert len(phone.get(path, nonsense).context["stops"]) == 20


def test_a_second_visit_with_priority_does_not_wait_for_the_day_on_which_it_is_due(
    desk: Desk, phone: Client, order: WorkOrder
) -> None:
    customer = a_customer(number="V1")
    urgent = a_visit(customer, a_product(customer))
    WorkOrder.objects.filter(pk=order.pk).update(due_at=NOW + dt_hours(2))
    WorkOrder.objects.filter(pk=urgent.pk).update(
        technician=desk.cast[Role.TECHNICIAN], due_at=NOW + dt_hours(24), priority=1
    )
    shown = phone.get(reverse("visits")).context
    assert [stop.order for stop in shown["stops"]] == [urgent, order]
    assert (shown["now"], shown["later"]) == (2, [])


def test_the_address_is_proposed_only_where_the_customer_agreed_to_messages(desk: Desk, phone: Client) -> None:
    desk.walk("step_07")
    customer = desk.walk.home.customer
    for agreed in (True, False):
        Customer.objects.filter(pk=customer.pk).update(email="socia@example.com", notices_allowed=agreed)
        assert ("socia@example.com" in text(phone.get(step(desk.walk, "step_08")))) is agreed


def test_who_arrives_before_the_order_is_printed_is_told_why_nothing_can_be_written(cast: Cast) -> None:
    home = cast.household("100077")
    home.repeated_faults()
    walk = Walk(home, reason="faults").go("step_01", "step_02", "step_03", "step_04", "step_05")
    order = WorkOrder.objects.get(case_number=walk.case.number)
    orders.assign(order, technician=cast[Role.TECHNICIAN], actor=cast[Role.OPERATIONS_SUPERVISOR])
    phone = signed_in(cast[Role.TECHNICIAN])
    phone.post(reverse("visit_arrive", args=[order.number]))
    assert "todavía no imprimió esta orden" in text(phone.get(reverse("visit", args=[order.number])))


def test_before_anybody_signs_the_visit_can_be_written_down_anew(desk: Desk, phone: Client, order: WorkOrder) -> None:
    walk, again = desk.walk, reverse("visit_again", args=[order.number])
    assert "Registre lo que se hizo en la visita" in text(phone.post(again, follow=True)), "nothing is recorded yet"
    with moment(hours=2):
        walk("step_07", materials="12,5 m cable drop", findings="Acometida rota")
        assert again in text(phone.get(step(walk, "step_08")))
        assert signed_in(colleague(desk)).post(again).status_code == 404
        answer = phone.post(again, {"page": step(walk, "step_08")})
        assert walk.open == ["step_07"]
        assert answer["Location"] == step(walk, "step_07")
        form = phone.get(answer["Location"]).context["form"]
    pk = walk.home.internet.pk
    typed = {"findings": "Acometida rota", "materials": "12,5 m cable drop", f"before_{pk}": "-28,00"}
    for name, value in typed.items():
        assert form[name].value() == value, name
    assert form["tasks"].value() == ["drop_cable_replacement"]
    assert (form["drop_cable_replacement_metres"].value(), form["solved"].value()) == ("45", None)
    assert form["drop_cable_replacement_metres"].label == "Largo de la acometida (m)"
    assert Event.objects.get(kind="visit.reopened").data["measurements"][0][2:] == ["-28.00", "-19.00"]
    assert clocks.replay(walk.case.number) == clocks.kept(walk.reload())
    with moment(hours=3):
        walk.go("step_07", "step_08")
    visit = Visit.objects.get()
    assert (visit.solved, visit.measurements.count()) == (True, 1)
    refused = text(phone.post(again, follow=True))
    assert "Completada" in refused
    assert walk.open == []


def test_a_visit_that_could_not_solve_it_may_solve_it_after_all(desk: Desk, phone: Client, order: WorkOrder) -> None:
    walk, again = desk.walk, reverse("visit_again", args=[order.number])
    walk("step_07", solved="no", cause="plant", tasks=[])
    assert again in text(phone.get(step(walk, "step_08_unsolved")))
    phone.post(again)
    walk.go("step_07", "step_08")
    assert WorkOrder.objects.get().state == "completed"


def test_the_qr_code_leads_its_technician_to_the_visit_and_afterwards_to_its_papers(
    desk: Desk, phone: Client, order: WorkOrder
) -> None:
    visit = reverse("visit", args=[order.number])
    assert phone.get(documents.order_path(order.number))["Location"] == visit
    assert reverse("visit_set_out", args=[order.number]) in text(phone.get(visit))
    desk.walk.go("step_07", "step_08")
    assert phone.get(documents.order_path(order.number))["Location"] == visit
    assert reverse("visit_papers", args=[order.number]) in text(phone.get(visit))


def test_who_was_given_the_order_goes_back_to_a_visit_of_their_own(desk: Desk, order: WorkOrder) -> None:
    desk.walk("step_07")
    other = colleague(desk)
    dispatch.hand_over([WorkOrder.objects.get()], technician=other, actor=desk.cast[Role.OPERATIONS_SUPERVISOR])
    answer = signed_in(other).post(reverse("visit_again", args=[order.number]))
    assert answer["Location"] == step(desk.walk, "step_07")
    assert desk.walk.item("step_07").assignee == other
    assert signed_in(other).get(answer["Location"]).status_code == 200
