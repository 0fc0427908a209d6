"""An advisor's whole day in one browser, in the order of `docs/day.md`: what is on the page, then what is recorded."""

import datetime as dt
from collections.abc import Callable

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.desk.models import Callback
from arraigo.engine.models import WorkItem
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention import proactive
from arraigo.retention.models import Offer, Override, ProactiveCall, Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination
from tests.cast import Cast, Household, credit
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]
Outcome = RetentionCase.Outcome


def open_steps(case: RetentionCase) -> list[str]:
    items = WorkItem.objects.filter(instance=case.instance, status=WorkItem.Status.OPEN)
    return list(items.values_list("element", flat=True))


def offers(case: RetentionCase) -> list[tuple[str, str]]:
    return list(case.offers.order_by("id").values_list("kind", "answer"))


def faulty(home: Household, *products: Product) -> Household:
    """Two faults of each product, the second after the first was solved."""
    for product in products:
        home.fault(days_ago=9, product=product)
        home.fault(days_ago=2, product=product)
    return home


def calls_before_being_called(ana: Person, home: Household) -> None:
    """08:30: whoever has most at stake stands first in the morning list."""
    proactive.refresh(procedures.current_policy(), clock.now())
    ana.go("/morning/")
    first = ana.page.locator("main tbody tr").first
    assert home.customer.name in first.inner_text()
    ana.click(first.locator("form button"))
    ana.fill(note="Agradece la llamada")
    ana.click("main button[value=case]")
    ana.sends(reason="faults", words="Se corta seguido", products=[str(home.internet.pk)])
    case, call = RetentionCase.objects.get(), ProactiveCall.objects.get()
    assert (case.proactive, case.customer, open_steps(case)) == (True, home.customer, ["step_01"])
    assert (call.outcome, call.note) == ("case", "Agradece la llamada")
    ana.go("/morning/")
    assert home.customer.name not in ana.text


def takes_a_visit(ana: Person, home: Household) -> None:
    """09:10: two products at one address, up to the work order, without leaving the page."""
    both = [str(home.internet.pk), str(home.television.pk)]
    case = ana.opens(home, reason="faults", reason_detail="faults:outages", products=both, words="Ya no doy más")
    assert (case.channel, case.reason_detail, case.words) == ("phone", "outages", "Ya no doy más")
    assert "Cortes frecuentes" in ana.text
    ana.sends(note="Paga puntual")
    assert ana.text.count("Daño reiterado: sí") == 2
    ana.sends()
    ana.fill(answer="accepted")
    ana.hears("Un técnico le visita dentro de 24 horas")
    assert "Está dentro de su autoridad" in ana.text
    ana.sends()
    ana.hears("No se cobra")
    ana.sends()
    assert ana.page.locator(".strip > li").count() == 5
    ana.sends(contact_phone="71234567")
    order = WorkOrder.objects.get()
    assert (order.case_number, order.products.count()) == (case.number, 2)
    assert set(BillingClaim.objects.values_list("case_number", "state")) == {(case.number, "applied")}
    assert str(home.television) in ana.text
    ana.click("main form[action$='/receipts/'] button.btn-primary")
    receipt = Receipt.objects.get()
    assert receipt.number in ana.text
    assert len(receipt.data["promises"]) == 3


def waits_for_the_approval(ana: Person, lidia: Person, home: Household) -> None:
    """10:40: the advisor's page goes on by itself when the head of team has decided in the queue."""
    case = ana.opens(home, reason="compensation")
    ana.sends()
    ana.sends()
    ana.sends(demand="compensation")
    ana.fill(**credit(home.internet, days="10", amount="180"), answer="accepted")
    ana.hears("El responsable de equipo lo aprueba antes")
    ana.click(ana.button)
    assert ana.page.locator(".waiting-clock").is_visible()
    lidia.go("/team/")
    decision = lidia.page.locator(".decision", has_text=case.number)
    assert decision.locator("[data-waited]").inner_text()
    decision.locator("[name=reason]").fill("Socia antigua")
    lidia.click(decision.locator("button[value=yes]"))
    ana.sees("13. ")
    ana.sends()
    offer, claim = case.offers.get(), BillingClaim.objects.get(case_number=case.number)
    assert (offer.amount, offer.approval, str(offer.approved_by)) == (180, "approved", "Team_Lead Prueba")
    assert (claim.kind, claim.amount) == ("compensation", 180)
    case.refresh_from_db()
    assert case.outcome == Outcome.ACCEPTED


def prefers_a_competitor(ana: Person, home: Household) -> None:
    """11:30: a courtesy, a firm no that is measured, one further offer of the other kind, the baja."""
    case = ana.opens(
        home, reason="better_offer", competitor="tigo", competitor_offer="200 Mbps", competitor_price="159"
    )
    assert (case.competitor, case.competitor_price) == ("Tigo", 159)
    ana.sends()
    ana.sends()
    ana.sends(demand="courtesy")
    ana.page.locator("main label:has([name=courtesy])").first.click()
    ana.fill(answer="refused", firm_no=True)
    ana.click(ana.button)
    assert "0/10" in ana.page.locator("#meter").inner_text().replace(" ", "")
    ana.sends(**credit(home.internet, days="3"), answer="refused")
    assert offers(case) == [("courtesy", "refused"), ("compensation", "refused")]
    ana.sends(reason="better_offer", return_items="Módem")
    leaves(ana, home, case)
    receipt = case.receipts.get()
    answer = ana.page.request.get(f"/receipts/{receipt.number}/pdf/")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")


def wants_to_ask_at_home(ana: Person, home: Household) -> None:
    """12:20: an answer noted wrongly is taken back, and the call stands above the tray when it is due."""
    case = ana.opens(home, reason="faults")
    ana.sends()
    ana.sends()
    ana.sends(answer="refused")
    assert open_steps(case) == ["step_11"]
    ana.click("main a[href$='/undo/']")
    ana.sends(reason="Marqué la casilla equivocada")
    ana.sees("3. ")
    assert open_steps(case) == ["step_03"]
    assert offers(case) == [("bill_waiver", "undone")]
    ana.click("main a[href$='/call-back/']")
    later = clock.local(clock.now() + dt.timedelta(hours=2))
    ana.sends(due_at=f"{later:%Y-%m-%dT%H:%M}", note="Lo consulta con su esposa")
    # The day goes on: two hours later the call is due.
    Callback.objects.update(due_at=clock.now() - dt.timedelta(minutes=5))
    ana.go("/tray/advisor/")
    assert "Lo consulta con su esposa" in ana.text
    call = Callback.objects.get()
    ana.click(f"main a[href='/calls/{call.pk}/']")
    ana.sends(outcome="Acepta lo ofrecido")
    call.refresh_from_db()
    assert (call.outcome, call.done_by) == ("Acepta lo ofrecido", case.owner)


def may_not_be_offered_anything(ana: Person, lidia: Person, home: Household) -> None:
    """15:00: listed in the Central de Riesgos, and the head of team authorises no offer."""
    case = ana.opens(home, reason="price")
    assert "No elegible" in ana.text
    ana.sends()
    assert ana.page.locator(".waiting-clock").is_visible()
    item = WorkItem.objects.get(instance=case.instance, element="override")
    lidia.go(f"/cases/{case.number}/steps/{item.pk}/")
    lidia.sends(granted="no", reason="La deuda es propia")
    ana.page.locator("[name=wish]").first.wait_for()
    ana.sends(wish="termination")
    override = Override.objects.get()
    assert (override.granted, override.reason) == (False, "La deuda es propia")
    ana.sends(reason="price", return_items="Módem")
    leaves(ana, home, case)
    assert offers(case) == []


def insists_on_leaving(ana: Person, home: Household) -> None:
    """16:20: one click from every page of the case; she stays after all, hears what there is, and leaves."""
    case = ana.opens(home, reason="no_use")
    ana.sends()
    ana.sends()
    items = WorkItem.objects.filter(instance=case.instance).values_list("pk", flat=True)
    steps = [f"/cases/{case.number}/steps/{pk}/" for pk in items]
    for page in (f"/cases/{case.number}/", f"/cases/{case.number}/record/", *steps):
        ana.go(page)
        assert ana.page.locator("main form[action$='/insist/'] button").count() == 1, page
    ana.click("main form[action$='/insist/'] button")
    assert open_steps(case) == ["termination"]
    ana.click("main a[href$='/stay/']")
    ana.sends(why="stay_offer", words="A ver qué me ofrecen")
    ana.sees("11. ")
    assert open_steps(case) == ["step_11"]
    ana.go(f"/cases/{case.number}/record/")
    assert "A ver qué me ofrecen" in ana.text
    ana.click("main form[action$='/insist/'] button")
    assert open_steps(case) == ["termination"]
    ana.sends(reason="no_use", return_items="Módem\nControl")
    leaves(ana, home, case)
    ana.go(f"/cases/{case.number}/")
    receipt = case.receipts.get()
    ana.click(f"main a.btn[href='/receipts/{receipt.number}/']")
    assert all(words in ana.text for words in (receipt.number, "Módem", "Control"))


def leaves(ana: Person, home: Household, case: RetentionCase) -> None:
    """The baja is recorded, and its number, its receipt and what to return are on the page."""
    leaving, receipt = Termination.objects.get(product=home.internet), case.receipts.get()
    assert all(words in ana.text for words in (leaving.receipt, receipt.number, "Módem"))
    case.refresh_from_db()
    assert case.outcome == Outcome.TERMINATION


def test_an_advisors_day(sign_in: SignIn, cast: Cast) -> None:
    early, visited, waiting, tempted, unsure, listed, decided = (cast.household(f"10000{n}") for n in range(1, 8))
    early.priced(early.television, "400")
    faulty(early, early.internet)
    faulty(visited, visited.internet, visited.television)
    visited.priced(visited.television, "60")
    waiting.priced(waiting.internet, "200")
    faulty(unsure, unsure.internet)
    listed.listing()
    ana, lidia = sign_in(Role.ADVISOR), sign_in(Role.TEAM_LEAD)
    calls_before_being_called(ana, early)
    takes_a_visit(ana, visited)
    waits_for_the_approval(ana, lidia, waiting)
    prefers_a_competitor(ana, tempted)
    wants_to_ask_at_home(ana, unsure)
    may_not_be_offered_anything(ana, lidia, listed)
    insists_on_leaving(ana, decided)
    cases = RetentionCase.objects.filter(owner=cast[Role.ADVISOR])
    assert (cases.count(), cases.filter(outcome=Outcome.TERMINATION).count()) == (7, 3)
    assert not Promise.objects.filter(state=Promise.State.BROKEN).exists()
    assert Offer.objects.filter(case__in=cases).count() == 6
