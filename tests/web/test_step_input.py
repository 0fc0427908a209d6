"""Every step through its page, in the order of the document: facts shown, bad input refused, good taken."""

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from arraigo.people.models import Role
from arraigo.quality.models import ContactAttempt, QualityControl
from arraigo.retention import actions, sweeps
from arraigo.terminations.models import Termination
from tests.cast import Cast, Household, Walk, credit, moment
from tests.web.conftest import signed_in

FIELD = ("step_05", "step_06", "step_07", "step_08")


class Desk:
    """One case worked through the browser, each step by the person of its lane."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    def at(self, element: str) -> tuple[Client, str]:
        item = self.walk.item(element)
        return signed_in(self.walk.cast[item.role]), reverse("step", args=[self.walk.case.number, item.pk])

    def sees(self, element: str, *facts: str) -> str:
        client, path = self.at(element)
        client.post(reverse("draft_keep"), {"page": path, "answer": "accepted", "approved": "yes"})
        assert client.get(path).status_code == 200, "what is put back before it was filled in"
        client.post(reverse("draft_keep"), {"page": path})
        answer = client.get(path)
        text = html.unescape(answer.content.decode())
        assert answer.status_code == 200
        assert [fact for fact in facts if fact not in text] == []
        return text

    def refused(self, element: str, field: str, *, kept: str = "", **data: Any) -> None:
        """What was sent comes back with a sentence at `field`; nothing was carried out."""
        client, path = self.at(element)
        answer = client.post(path, data)
        text = html.unescape(answer.content.decode())
        assert answer.status_code == 400
        assert f'id="id_{field}_error"' in text or f'id="{field}-error"' in text
        assert kept in text
        assert element in self.walk.open

    def taken(self, element: str, **data: Any) -> None:
        client, path = self.at(element)
        answer = client.post(path, {**self.walk.usual(element), **data})
        assert answer.status_code == 302
        assert element not in self.walk.open


def desk(home: Household, **case: Any) -> Desk:
    return Desk(Walk(home, **case))


def test_the_fault_branch_from_the_first_call_to_the_order(cast: Cast) -> None:
    home = cast.household()
    tickets = [ticket.number for ticket in home.repeated_faults()]
    pk = home.internet.pk
    work = desk(home, products=[home.internet, home.television])
    work.sees("step_01", "Bs\N{NO-BREAK SPACE}300,00")
    work.refused("step_01", "note", note="x" * 2001, kept="x" * 2001)
    work.taken("step_01", note="Muy molesta")
    work.sees(
        "step_02",
        *tickets,
        "repeat_recurred",
        "el daño volvió, la reparación anterior no aguantó",
        str(home.internet),
        str(home.television),
    )
    work.refused("step_02", "confirmed_solution", confirmed_solution="y" * 2001, kept="y" * 2001)
    work.taken("step_02")
    work.sees("step_03", *tickets, "(Bs\N{NO-BREAK SPACE}140,00)", "24 horas")
    work.refused("step_03", f"amount_{pk}", kept='value="900"', **{
        f"kind_{pk}": "compensation", f"amount_{pk}": "900", "answer": "accepted",
    })  # fmt: skip
    work.taken("step_03")
    work.sees("step_04", "Retiro por Retención con Servicio de Ingeniería", "Bs\N{NO-BREAK SPACE}140,00")
    work.taken("step_04")
    work.sees("step_05", "40530", "PEX/Adecuación por Retención", "Crédito", "AL CEL 70000001")
    work.refused("step_05", "contact_phone", contact_phone="7" * 21, kept="7" * 21)
    work.taken("step_05")


def test_the_visit_from_the_print_to_the_signature(cast: Cast) -> None:
    home = cast.household()
    tickets = [ticket.number for ticket in home.repeated_faults()]
    work = Desk(Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05"))
    pk = home.internet.pk
    work.sees("step_06", "OT-2026-", *tickets, str(cast[Role.TECHNICIAN]))
    work.refused("step_06", "technician", technician=str(cast[Role.ADVISOR].pk))
    work.taken("step_06")
    warning = "En fibra óptica no hay par trenzado"
    work.sees("step_07", 'href="tel:70000001"', "Calle Uno 1", "11/03/2026 10:00", warning, "dBm")
    work.refused("step_07", "cause", solved="no", findings="Caja mojada", kept="Caja mojada")
    work.refused("step_07", f"after_{pk}", kept='value="12"', **{"solved": "yes", f"after_{pk}": "12"})
    work.taken("step_07", **{f"before_{pk}": "-29", f"after_{pk}": "-19.5"})
    work.sees("step_08", "data-signature", "Reporte de Daño Técnico", 'capture="environment"')
    work.refused("step_08", "signature", signer_name="Doña Rosa", kept='value="Doña Rosa"')
    work.refused("step_08", "photo", refusal_reason="No quiere", kept="No quiere", **{f"working_{pk}": "on"})
    work.taken("step_08")


def test_an_order_not_solved_on_site_says_why_to_the_supervisor(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    work = Desk(Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06"))
    work.taken("step_07", solved="no", cause="plant", findings="Caja inundada", tasks=[])
    work.sees("step_08_unsolved", "Caja inundada", "Daño en planta externa", "Reporte de Daño Técnico")
    work.refused("step_08_unsolved", "refusal_reason", absent="on")
    work.taken("step_08_unsolved")
    work.sees("route_to_plant", "Caja inundada", "LOTE-2026-")
    work.refused("route_to_plant", "plant_note", plant_note="")
    work.taken("route_to_plant")


def test_both_controls_with_a_call_recorded_from_the_page(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    work = Desk(Walk(home).go("step_01", "step_02", "step_03", "step_04", *FIELD))
    with moment(days=2, hours=1):
        sweeps.wake_due_cases()
        work.sees("step_09", 'href="tel:+59170000001"', 'href="tel:70000001"', "0/3")
        client, path = work.at("step_09")
        control = QualityControl.objects.get(kind="post_visit")
        call = {"reached": "no", "note": "Suena ocupado", "page": path}
        answer = client.post(reverse("control_attempt", args=[control.pk]), call)
        assert answer["Location"] == path
        assert ContactAttempt.objects.get().note == "Suena ocupado"
        work.sees("step_09", "Suena ocupado", "1/3")
        work.refused("step_09", "answer", verdict="failed", satisfaction="2", kept='value="2" selected')
        assert client.post(path, {"verdict": "not_reached"}).status_code == 400
        work.taken("step_09")
    with moment(days=31):
        fault = home.fault(days_ago=2)
        sweeps.wake_due_cases()
        work.sees("step_10", fault.number)
        work.refused("step_10", "verdict", verdict="passed", answer="Todo bien", kept="Todo bien")
        work.taken("step_10", verdict="failed", reasons=["goes_on"], answer="Volvió a cortarse")
        work.sees("step_03_recurrence", fault.number)


def test_a_case_with_its_controls_passed_says_that_it_waits_for_the_evaluation(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    path = reverse("case", args=[walk.case.number])
    link = f'<a class="d-block" href="{reverse("evaluations")}">'
    assert link not in signed_in(cast[Role.ADVISOR]).get(path).content.decode()
    assert link in signed_in(cast[Role.COMMERCIAL_MANAGEMENT]).get(path).content.decode()


def test_the_offer_branch_to_the_termination(cast: Cast) -> None:
    home = cast.household()
    pk = home.internet.pk
    work = Desk(Walk(home, reason="compensation").go("step_01", "step_02"))
    wanted = {"reason": "better_offer", "demand": "courtesy"}
    work.refused("step_11", "competitor", kept='value="better_offer" selected', **wanted)
    work.taken("step_11")
    work.sees("step_12", "Bs\N{NO-BREAK SPACE}140,00", "Bs\N{NO-BREAK SPACE}4,52", "Bs\N{NO-BREAK SPACE}150,00")
    high = credit(home.internet, days="5", amount="900")
    work.refused("step_12", f"amount_{pk}", answer="accepted", kept='value="900"', **high)
    work.taken("step_12", answer="refused")
    page = work.sees("step_14", "09/04/2026", "Bs\N{NO-BREAK SPACE}40,00")
    work.refused("step_14", "courtesy", answer="accepted", detail="HBO", kept='value="HBO"')
    chosen = re.search(r'name="courtesy" value="([^"]+)"', page)
    assert chosen is not None
    work.taken("step_14", courtesy=chosen[1], answer="refused")
    work.sees("termination", "20/03/2026", "Módem u ONT", "Bs\N{NO-BREAK SPACE}22,58")
    work.refused("termination", "products", reason="price", return_items="Control", kept="Control")
    work.taken("termination")


def test_a_customer_leaves_other_products_too(cast: Cast) -> None:
    """The case is about the Internet alone: it alone is ticked, and the television goes with it."""
    home = cast.household()
    walk = Walk(home, products=[home.internet], reason="compensation").go("step_01", "step_02")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    work = Desk(walk)
    page = work.sees("termination", str(home.television))
    work.refused("termination", "products", products=home.television.pk, reason="price")
    ticked = re.findall(r'name="products" value="(\d+)"[^>]*checked', page)
    assert ticked == [str(home.internet.pk)]
    work.taken("termination", products=[home.internet.pk, home.television.pk])
    assert {each.product for each in Termination.objects.all()} == {home.internet, home.television}
    assert walk.reload().outcome == "termination"


def test_a_compensation_becomes_a_claim(cast: Cast) -> None:
    work = Desk(Walk(cast.household(), reason="compensation").go("step_01", "step_02", "step_11", "step_12"))
    work.sees("step_13", "Compensación por Retención", "Bs\N{NO-BREAK SPACE}22,58")
    work.taken("step_13")


def test_an_amount_above_the_advisors_authority_is_approved_on_what_the_page_says(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    home.priced(home.internet, "420.00")
    work = Desk(Walk(home).go("step_01", "step_02", "step_03"))
    work.sees("approve_03", "Bs\N{NO-BREAK SPACE}420,00", "Bs\N{NO-BREAK SPACE}600,00", str(cast[Role.ADVISOR]))
    work.refused("approve_03", "reason", approved="yes", reason="", kept='value="yes"')
    work.taken("approve_03")


def test_a_customer_who_moves_is_offered_the_transfer(cast: Cast) -> None:
    work = Desk(Walk(cast.household(), reason="moving").go("step_01", "step_02"))
    work.taken("step_11", reason="moving", demand="transfer")
    work.sees("transfer", "Calle Uno 1")
    work.refused("transfer", "address", answer="accepted", address="")
    work.taken("transfer")


def test_a_listed_customer_shows_since_when_and_by_whom(cast: Cast) -> None:
    home = cast.household()
    listing = home.listing()
    work = desk(home)
    work.sees("step_01", "01/06/2025", listing.bureau, listing.source)
    work.taken("step_01")
    work.refused("override", "reason", granted="no", reason="")
    work.taken("override", granted="no")
    work.refused("inform", "wish", wish="")
    work.taken("inform")


def test_a_wrong_telephone_at_the_opening_is_told_at_its_field(cast: Cast) -> None:
    home = cast.household()
    answers = {
        "channel": "office", "reason": "faults", "contact_phone": "abc", "address": "Calle 1",
        "zone": cast.zone.pk, "products": [home.internet.pk],
    }  # fmt: skip
    page = reverse("case_new", args=[home.customer.number])
    answer = signed_in(cast[Role.ADVISOR]).post(page, answers)
    assert answer.status_code == 400
    assert 'id="id_contact_phone_error"' in answer.content.decode()
    assert 'href="#id_contact_phone"' in answer.content.decode()
    assert "«abc» no es un número de teléfono" in answer.content.decode(), "what was typed is told apart from the words"
