"""The page of every step, and what is typed into it."""

import datetime as dt
import html
import re

from django.test import Client
from django.urls import reverse
from django.utils import translation

from arraigo import clock
from arraigo.desk import actions as desk_actions
from arraigo.engine.errors import NotWaiting
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.messages.models import Notice
from arraigo.orders import progress
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Membership, Role, User
from arraigo.products.models import Courtesy
from arraigo.retention import actions, receipts, sweeps
from arraigo.retention.models import BackgroundReview, Promise, RetentionCase
from arraigo.retention.registry import elements, handler
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import TroubleTicket
from arraigo.web.cases import telling
from tests import conformance
from tests.cast import PASSWORD, Cast, Walk, moment
from tests.records import refused
from tests.steps.test_step_14_courtesy import running
from tests.web.conftest import Desk, expired, signed_in


def page(walk: Walk, element: str) -> str:
    """The address of the open step."""
    return reverse("step", args=[walk.case.number, walk.item(element).pk])


def look(walk: Walk, element: str) -> str:
    """The page of the open step, as the person of its lane sees it."""
    answer = signed_in(walk.cast[walk.item(element).role]).get(page(walk, element))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_step_of_the_fault_branch_has_its_page(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home)
    for element in (f"step_0{n}" for n in range(1, 9)):
        assert str(handler(element).title) in look(walk, element)
        walk(element)
    with moment(days=3):
        sweeps.wake_due_cases()
        told = look(walk, "step_09")
        assert "+59170000001" in told
        assert f"{WorkOrder.objects.get().number} · cerrada 1" in told
        assert "en la factura de marzo 2026" in told
        walk("step_09")


def test_the_note_stands_on_the_page_of_step_5(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04")
    assert "CLIENTE CON DAÑOS REITERADOS, CON INTENSION DE BAJA" in look(walk, "step_05")


def test_a_courtesy_that_was_refused_is_told_by_its_name(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="better_offer").go("step_01", "step_02")
    walk("step_11", reason="better_offer", demand="courtesy", competitor="Otra", competitor_offer="200 Mbps")
    walk("step_14", answer="refused", courtesy=f"bandwidth:{walk.home.internet.pk}")
    name = "Cortesía: Incremento de Ancho de Banda"
    assert name in look(walk, "step_12")
    record = signed_in(cast[Role.ADVISOR]).get(reverse("case_record", args=[walk.case.number]))
    assert name in record.content.decode()


def test_every_step_of_the_offer_branch_has_its_page(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="compensation").go("step_01", "step_02")
    look(walk, "step_11")
    walk("step_11")
    look(walk, "step_12")
    walk("step_12", answer="refused")
    shown = look(walk, "step_14")
    assert ", nos cuesta Bs" in shown, "not the customer"
    chosen = re.search(r'name="courtesy" value="([^"]+)"', shown)
    assert chosen is not None
    walk("step_14", courtesy=html.unescape(chosen[1]), answer="refused")
    look(walk, "termination")


def test_where_no_courtesy_is_possible_none_is_said_to_be_given(cast: Cast) -> None:
    home = cast.household()
    walk = Walk(home, reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="courtesy")
    given = "puedo darle esto sin costo"
    assert given in look(walk, "step_14")
    running(home.internet)
    shown = look(walk, "step_14")
    assert given not in shown
    assert "marque «No acepta» y continúe" in shown


def test_what_was_chosen_in_vain_is_given_back_by_its_name(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="price")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    path, product = page(walk, "termination"), walk.home.internet
    walk("termination")
    typed = {"products": [str(product.pk)], "reason": "price", "return_items": "Módem"}
    answer = signed_in(cast[Role.ADVISOR]).post(path, typed)
    assert answer.status_code == 409
    assert ("Productos que el cliente da de baja", str(product)) in answer.context["typed"]


def test_a_detail_chosen_in_vain_is_given_back_by_its_name(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="price").go("step_01", "step_02")
    path = page(walk, "step_11")
    walk("step_11", reason="price", demand="courtesy")
    typed = {"reason": "price", "reason_detail": "price:increase", "demand": "courtesy"}
    answer = signed_in(cast[Role.ADVISOR]).post(path, typed)
    assert ("Más exactamente", "Le subió el precio") in answer.context["typed"]


def test_an_ineligible_customer_shows_why_to_the_head_of_team(cast: Cast) -> None:
    home = cast.household()
    home.listing()
    walk = Walk(home).go("step_01")
    because = BackgroundReview.objects.get().because
    assert because in look(walk, "override")
    walk("override", granted="no", reason="Ya se le dijo")
    assert because in look(walk, "inform")


def test_a_refusal_is_not_told_as_something_granted(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="courtesy")
    choice = f"bandwidth:{walk.home.internet.pk}"
    ana = signed_in(cast[Role.ADVISOR])
    said = ana.post(page(walk, "step_14"), {"courtesy": choice, "answer": "refused"}, follow=True).content.decode()
    assert "Registrado como no aceptado: 14." in said
    assert "Hecho: 14." not in said


def test_a_field_demanded_with_one_choice_bears_its_star_with_it(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="other").go("step_01", "step_02")
    assert look(walk, "step_11").count('data-shown-for="reason" data-values="better_offer">*') == 2
    walk("step_11", reason="price", demand="courtesy")
    assert 'data-shown-for="answer" data-values="accepted">*' in look(walk, "step_14")


def test_a_verdict_is_told_as_of_its_day_and_its_tickets_as_of_now(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    judged = f"juzgado el {clock.local(clock.now()):%d/%m/%Y %H:%M}"
    TroubleTicket.objects.update(status="resolved", resolved_at=clock.now())
    with moment(days=1):
        record = signed_in(cast[Role.ADVISOR]).get(reverse("case_record", args=[walk.case.number])).content.decode()
    assert judged in record
    assert record.count("ahora: Resuelto") == 2


def test_bad_input_keeps_what_was_typed_and_says_why_at_the_field(cast: Cast) -> None:
    walk = Walk(cast.household()).go("step_01", "step_02")
    answer = signed_in(cast[Role.ADVISOR]).post(
        page(walk, "step_11"), {"reason": "better_offer", "demand": "courtesy", "competitor": ""}
    )
    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="id_competitor_error"' in text
    assert 'value="better_offer" selected' in text


def test_who_comes_second_is_told_who_was_first_and_keeps_what_was_typed(cast: Cast) -> None:
    walk = Walk(cast.household())
    path = page(walk, "step_01")
    walk("step_01")
    answer = signed_in(cast[Role.ADVISOR]).post(path, {"note": "Es clienta de veinte años"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Es clienta de veinte años" in text
    assert str(cast[Role.ADVISOR]) in text
    assert "Este paso ya está hecho" in text, "who comes second is who was first"
    assert BackgroundReview.objects.count() == 1


def test_a_step_that_ended_with_the_case_says_so(cast: Cast) -> None:
    walk = Walk(cast.household())
    path = page(walk, "step_01")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    assert signed_in(cast[Role.ADVISOR]).post(path, {"note": "x"}).status_code == 409
    assert signed_in(cast[Role.ADVISOR]).get(path).status_code == 200


def test_an_expired_session_gives_back_what_was_typed(cast: Cast) -> None:
    walk = Walk(cast.household())
    path = page(walk, "step_01")
    client = expired(cast[Role.ADVISOR])
    answer = client.post(path, {"note": "Muy molesta con los cortes"})
    assert answer["Location"] == f"{reverse('login')}?next={path}"
    client.post(answer["Location"], {"username": Role.ADVISOR.value, "password": PASSWORD})
    assert "Muy molesta con los cortes" in client.get(path).content.decode()
    assert "Muy molesta con los cortes" not in client.get(path).content.decode()


def test_a_part_of_a_page_whose_session_expired_leads_the_whole_page_to_the_sign_in(cast: Cast) -> None:
    path = page(Walk(cast.household()), "step_01")
    htmx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}?kind=bills"}
    for answer in (Client().post(path, {"note": "x"}, headers=htmx), Client().get(path, headers=htmx)):
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer["HX-Redirect"] == f"{reverse('login')}?next={path}%3Fkind%3Dbills"


def test_a_colleague_of_another_technician_does_not_see_the_visit(desk: Desk) -> None:
    item = desk.walk.item("step_07")
    item.assignee = desk.cast[Role.ADVISOR]
    item.save()
    answer = signed_in(desk.cast[Role.TECHNICIAN]).get(page(desk.walk, "step_07"))
    assert answer.status_code == 404


def test_completing_a_step_leads_to_the_next_one_of_the_same_person(cast: Cast) -> None:
    walk = Walk(cast.household())
    answer = signed_in(cast[Role.ADVISOR]).post(page(walk, "step_01"), {"note": ""})
    following = WorkItem.objects.get(element="step_02")
    assert answer["Location"] == reverse("step", args=[walk.case.number, following.pk])


def test_the_control_at_30_days_says_that_nobody_has_come_yet(cast: Cast) -> None:
    """The wait of 30 days runs from the sale, whatever becomes of the visit."""
    home = cast.household()
    first, _second = home.repeated_faults()
    first.resolved_at, first.status = None, "inProgress"
    first.save()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(days=30, hours=1):
        sweeps.wake_due_cases()
        page = look(walk, "step_10")
        assert re.search(r"sin cerrar</span> <span[^>]*>29\sd 1\sh de atraso", page)
        assert "Daños que siguen abiertos" in page
        assert "por los daños reiterados sigue pendiente" in page
        assert "abierto otra vez" not in page
        walk("step_10", verdict="failed", reasons=["not_visited"], answer="Nadie vino")
        assert walk.open == ["step_03_recurrence"]
        assert WorkOrder.objects.get().state == "cancelled"


def test_who_prints_an_order_reads_what_the_customer_suffers(cast: Cast) -> None:
    home = cast.household()
    first, _second = home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    assert f"{first.number} · Cortes frecuentes" in look(walk, "step_06")


def test_the_history_is_told_in_words(cast: Cast) -> None:
    """No event of a whole way shows its bare kind."""
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go(*(f"step_0{n}" for n in range(1, 9)))
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    walk("termination")
    bare = {event.kind for event in Event.objects.exclude(case_number="") if telling.what(event) == event.kind}
    assert bare == set()


def test_the_history_says_into_which_state_a_ticket_moved(cast: Cast) -> None:
    home = cast.household()
    moved = tickets.change_state(home.fault(days_ago=3, solved=False), "resolved", actor=cast[Role.ADVISOR])
    event = Event.objects.get(kind="ticket.state_changed")
    with translation.override("es-bo"):
        assert telling.details(event) == [moved.number, "Resuelto"]


def test_the_history_says_for_when_a_call_was_agreed_on(cast: Cast) -> None:
    walk = Walk(cast.household())
    due = clock.now() + dt.timedelta(days=1)
    desk_actions.note_callback(walk.case, due_at=due, note="Prefiere la tarde", actor=cast[Role.ADVISOR])
    said = telling.details(Event.objects.get(kind="callback.noted"))
    assert said[:2] == [f"{clock.local(due):%d/%m/%Y %H:%M}", "Prefiere la tarde"]


def test_an_accepted_courtesy_that_ended_with_the_insisting_is_not_shown_as_accepted(cast: Cast) -> None:
    home = cast.household()
    walk = Walk(home, reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="courtesy")
    later = f"{clock.today() + dt.timedelta(days=3):%Y-%m-%d}"
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}", starts_on=later)
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    actions.stay(walk.case.pk, why="stay_offer", words="Lo pensó", actor=cast[Role.ADVISOR])
    offers = look(walk, "step_11").partition("Ofertas hasta ahora")[2].partition("</section>")[0]
    assert "Retirada" in offers
    assert "Aceptada" not in offers


def test_a_vip_is_a_vip_on_every_page_of_the_case(cast: Cast) -> None:
    vip = '<span class="state state-warning">VIP</span></h1>'
    walk = Walk(cast.household(category="vip")).go("step_01", "step_02")
    assert vip in look(walk, "step_11")
    assert vip not in look(Walk(cast.household("100002")).go("step_01", "step_02"), "step_11")


def test_who_leaves_already_and_comes_back_is_led_to_the_case_in_which_the_baja_can_be_taken_back(cast: Cast) -> None:
    """An offer of a new case would be given beside a baja that is carried out all the same."""
    home = cast.household()
    walk = Walk(home, reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="termination")
    client, address = signed_in(cast[Role.ADVISOR]), reverse("case_new", args=[home.customer.number])
    walk("termination", products=[str(home.internet.pk)])
    shown = client.get(address).content.decode()
    asked = Termination.objects.get()
    assert f"La baja de {home.internet} ya está registrada, con el número {asked.number}" in shown
    there = reverse("case", args=[walk.case.number])
    assert f'deshágala en <a href="{there}">{walk.case.number}</a>' in shown
    elsewhere = User.objects.create(username="beto")
    Membership.objects.create(user=elsewhere, role=Role.ADVISOR, unit=cast.division)
    shown = signed_in(elsewhere).get(address).content.decode()
    assert (asked.number in shown, walk.case.number in shown) == (True, False), "a case that is not theirs"
    terminations.withdraw_termination(asked, actor=cast[Role.ADVISOR])
    assert asked.number not in client.get(address).content.decode()


def test_the_history_says_in_words_why_the_24_hours_stand_still(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    supervisor = cast[Role.OPERATIONS_SUPERVISOR]
    wanted = clock.now() + dt.timedelta(hours=20)
    progress.pause(WorkOrder.objects.get(), reason="later", evidence="«Mañana»", until=wanted, actor=supervisor)
    event = Event.objects.get(kind="work_order.paused")
    with translation.override("es-bo"):
        assert "El cliente pidió otra hora" in telling.details(event)


def test_after_a_firm_no_the_way_to_the_baja_is_on_every_page_of_the_case(cast: Cast) -> None:
    """A callback, a hand-over, taking back, a receipt: one click, and one once the baja is the step."""
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04")
    number, client = walk.case.number, signed_in(cast[Role.ADVISOR])
    client.post(reverse("case_firm_no", args=[number]))
    receipt = receipts.issue(walk.case.pk, actor=cast[Role.ADVISOR])
    call = desk_actions.note_callback(
        walk.case, due_at=clock.now() + dt.timedelta(hours=1), note="", actor=cast[Role.ADVISOR]
    )
    pages = [
        reverse("case", args=[number]),
        reverse("case_record", args=[number]),
        reverse("callback_new", args=[number]),
        reverse("callback_done", args=[call.pk]),
        reverse("case_hand_over", args=[number]),
        reverse("case_undo", args=[number]),
        reverse("receipt", args=[receipt.number]),
    ]
    for address in pages:
        assert reverse("case_insist", args=[number]) in client.get(address).content.decode(), address
    client.post(reverse("case_insist", args=[number]))
    for address in pages[1:]:
        assert page(walk, "termination") in client.get(address).content.decode(), address


def test_a_fault_that_had_come_back_is_repeated_until_the_customer_confirms_and_the_pages_say_so(cast: Cast) -> None:
    """All solved, and yet "yes": what changes it is named where the advisor can do it; with one open it is not."""
    home, told = cast.household(), "hasta que el cliente confirme que funciona"
    home.repeated_faults()
    walk = Walk(home).go("step_01")
    customer = reverse("customer", args=[home.customer.number])
    assert told in look(walk, "step_02")
    assert told in signed_in(cast[Role.ADVISOR]).get(customer).content.decode()
    home.fault(days_ago=1, solved=False)
    assert told not in look(walk, "step_02")
    TroubleTicket.objects.filter(resolved_at=None).update(status="cancelled")
    walk("step_02", confirmed_solution="Lo confirmó por teléfono")
    assert walk.told("step_02")["outcome"] == "no_repeat_fault"
    assert told not in signed_in(cast[Role.ADVISOR]).get(customer).content.decode()


def test_a_customer_who_insisted_stays_after_all_from_the_page(cast: Cast) -> None:
    """From every page of the case while the baja is open; with why and the words; then insisting is one click again."""
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    number, client = walk.case.number, signed_in(cast[Role.ADVISOR])
    stay, insist = reverse("case_stay", args=[number]), reverse("case_insist", args=[number])
    assert "No hay ninguna baja por registrar" in client.get(stay).content.decode()
    client.post(insist)
    for address in (page(walk, "termination"), reverse("case_record", args=[number])):
        assert stay in client.get(address).content.decode(), address
    answer = client.post(stay, {"words": "Mi hijo estudia en casa"})
    assert answer.status_code == 400
    assert "Mi hijo estudia en casa" in answer.content.decode()
    answer = client.post(stay, {"why": "stay_circumstances", "words": "Mi hijo estudia en casa"})
    assert answer["Location"] == page(walk, "step_03")
    text = client.get(reverse("case_record", args=[number])).content.decode()
    assert "El cliente se queda después de todo" in text
    assert "Mi hijo estudia en casa" in text
    assert insist in text
    assert stay not in text


def test_an_evaluation_that_a_baja_overtook_is_no_stop_on_the_way(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    client, page = signed_in(cast[Role.ADVISOR]), reverse("case_record", args=[walk.case.number])
    assert "15 Evaluación" in client.get(page).content.decode()
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    walk("termination")
    assert "15 Evaluación" not in client.get(page).content.decode()


def test_who_stays_and_wants_nothing_more_ends_the_case_with_what_was_granted(cast: Cast) -> None:
    home = cast.household()
    walk = Walk(home, reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    number, client = walk.case.number, signed_in(cast[Role.ADVISOR])
    stay, told = reverse("case_stay", args=[number]), {"why": "stay_other", "words": "Con eso le basta", "as_is": "on"}
    with refused(NotWaiting):
        actions.stay_as_is(walk.case.pk, why="stay_other", words="x", actor=cast[Role.ADVISOR])
    client.post(reverse("case_insist", args=[number]))
    answer = client.post(stay, told, follow=True)
    assert "El cliente se queda: el caso terminó." in answer.content.decode()
    text = answer.content.decode()
    assert all(said in text for said in ("El cliente se quedó y no quiso nada más", "Otro motivo", "Con eso le basta"))
    assert "en otra parte" not in text
    event = Event.objects.get(kind="case.stayed_as_is").data
    assert (event["reason"], event["words"], event["cancelled"]) == ("stay_other", "Con eso le basta", ["termination"])
    assert not Notice.objects.exists(), "the owner did it"
    assert walk.reload().outcome == RetentionCase.Outcome.CLOSED_ELSEWHERE
    assert (Courtesy.objects.get().status, Promise.objects.get().state) == ("active", "open")
    assert conformance.replay(walk.reload()) == []
    assert client.post(stay, told).status_code == 200


def test_the_owner_is_told_of_a_case_that_somebody_else_ended(cast: Cast) -> None:
    walk = Walk(cast.household()).go("step_01")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    actions.stay_as_is(walk.case.pk, why="stay_other", words="Con eso le basta.", actor=cast[Role.TEAM_LEAD])
    said = str(Notice.objects.get(user=walk.case.owner).sentence)
    assert said.endswith("el cliente retiró su pedido de baja. Otro motivo: «Con eso le basta».")


def test_a_case_of_a_version_without_the_way_back_is_not_offered_it(cast: Cast) -> None:
    walk = Walk(cast.household()).go("step_01")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    Wait.objects.filter(message="stays").delete()
    client, stay = signed_in(cast[Role.ADVISOR]), reverse("case_stay", args=[walk.case.number])
    assert stay not in client.get(page(walk, "termination")).content.decode()
    assert client.post(stay, {"why": "stay_other", "words": "x"}).status_code == 200
    assert walk.open == ["termination"]


def test_the_procedure_speaks_at_the_step_and_at_the_field(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03")
    assert "Digita en sistema Smartflex, Retiro por Retención con Servicio de Ingeniería" in look(walk, "step_04")
    walk.go("step_04")
    shown = look(walk, "step_05")
    assert re.search(r'<details class="source">.*FAVOR COORDINAR CON EL CLIENTE AL CEL', shown, re.DOTALL)
    assert "Valor a cobrar: 0" in shown
    walk.go("step_05")
    assert "Imprime órdenes correspondientes a Servicio de Ingeniería" in look(walk, "step_06")


def test_every_number_that_a_step_or_a_field_cites_is_one_of_the_document(cast: Cast) -> None:
    known = set(cast.version.sentences)
    for each in {handler(element) for element in elements() - {"step_15"}}:
        cited = {*each.sources, *(number for numbers in each.form_class.sources.values() for number in numbers)}
        assert cited
        assert cited <= known, each.name
        fields = {*each.form_class.base_fields, "kind", "amount", "days", "working"}
        assert set(each.form_class.sources) <= fields, each.name


def test_what_to_say_to_the_family_of_who_died_is_no_offer(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="death")
    first = look(walk, "step_01")
    assert "Lamento mucho su pérdida" in first
    assert "antes de irse" not in first
    walk.go("step_01", "step_02")
    asked = look(walk, "step_11")
    assert "Lamento mucho su pérdida" in asked
    assert re.search(r'value="termination"[^>]* checked', asked), "nobody asks the family what else it wants"
    walk("step_11", reason="death", demand="termination")
    assert "Lamento que se vaya" not in look(walk, "termination")


def test_the_family_of_who_was_listed_is_not_told_of_offers(cast: Cast) -> None:
    home = cast.household()
    home.listing()
    walk = Walk(home, reason="death").go("step_01")
    waits = signed_in(cast[Role.ADVISOR]).get(reverse("case", args=[walk.case.number])).content.decode()
    assert "Lamento mucho su pérdida" in waits, "while somebody decides about an offer that nobody asked for"
    walk("override", granted="no", reason="No corresponde")
    shown = look(walk, "inform")
    assert "Lamento mucho su pérdida" in shown
    assert "no puedo hacerle una oferta" not in shown


def test_who_reports_a_death_and_repeated_faults_is_not_told_as_somebody_to_be_kept(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    shown = look(Walk(home, reason="death").go("step_01", "step_02"), "step_03")
    assert "Lamento mucho su pérdida" in shown
    assert "solución definitiva al daño, y el mes" not in shown


def test_who_opens_a_case_second_keeps_the_words_and_is_led_to_the_open_one(cast: Cast) -> None:
    home = cast.household()
    walk, client = Walk(home), signed_in(cast[Role.ADVISOR])
    answers = {
        "channel": "phone", "reason": "price", "products": [str(home.internet.pk)], "words": "Muy caro",
        "contact_phone": "70000001", "address": "Calle Uno 1", "zone": str(home.customer.zone_id),
    }  # fmt: skip
    answer = client.post(reverse("case_new", args=[home.customer.number]), answers)
    assert (answer.status_code, "Muy caro" in answer.content.decode()) == (409, True)
    way = reverse("case_take_over", args=[home.customer.number])
    assert f'href="{way}"' in answer.content.decode()
    assert client.get(way)["Location"] == reverse("case", args=[walk.case.number])
