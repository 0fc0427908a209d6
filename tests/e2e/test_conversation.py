"""Conversations as a person walks them: one page, from the first word to what the customer takes home."""

from collections.abc import Callable

import pytest

from arraigo.engine.models import WorkItem
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Membership, Role, User
from arraigo.products.models import Courtesy
from arraigo.retention.models import Offer, Receipt, RetentionCase
from arraigo.terminations.models import Termination
from tests.cast import PASSWORD, Cast, Household, Walk
from tests.e2e.person import Person, place

SignIn = Callable[[Role], Person]


def opens(ana: Person, home: Household, **answers: object) -> RetentionCase:
    """The opening of a case, through its page."""
    ana.go(f"/customers/{home.customer.number}/cases/new/")
    ana.sends(**{"channel": "phone", "products": [str(home.internet.pk)], **answers})
    assert ana.status == 200, ana.errors
    return RetentionCase.objects.get()


def read_back(ana: Person, words: str) -> None:
    """Wait until the page reads `words` back."""
    ana.page.locator("#readback", has_text=words).wait_for()


def test_repeated_faults_without_leaving_the_page(sign_in: SignIn, home: Household) -> None:
    """Two products at one address: the waiver of each, one visit that names both; the receipt at the end."""
    for product in (home.internet, home.television):
        home.fault(days_ago=9, product=product)
        home.fault(days_ago=2, product=product)
    for product in (home.internet, home.television):
        home.priced(product, "60")
    ana = sign_in(Role.ADVISOR)
    both = [str(home.internet.pk), str(home.television.pk)]
    case = opens(ana, home, reason="faults", reason_detail="faults:outages", products=both, words="Ya no doy más")
    assert (case.reason_detail, case.words) == ("outages", "Ya no doy más")
    assert "Cortes frecuentes" in ana.text
    ana.sends(note="Paga puntual")
    assert ana.text.count("Daño reiterado: sí") == 2
    ana.sends()
    ana.fill(answer="accepted")
    read_back(ana, "Un técnico lo visita dentro de 24 horas")
    assert "Está dentro de su autoridad" in ana.text
    ana.sends()
    read_back(ana, "No se cobra")
    ana.sends()
    assert ana.page.locator(".strip > li").count() == 5
    ana.sends(contact_phone="71234567")
    order = WorkOrder.objects.get()
    assert order.products.count() == 2
    assert str(home.television) in ana.text
    ana.click("main form[action$='/receipts/'] button.btn-primary")
    receipt = Receipt.objects.get()
    assert receipt.number in ana.text
    assert len(receipt.data["promises"]) == 3


def test_a_better_offer_refused_then_the_other_kind_then_the_baja(sign_in: SignIn, home: Household) -> None:
    """Refusals from the side of 14: one further offer, of the other kind; a firm no is measured on the page."""
    ana = sign_in(Role.ADVISOR)
    case = opens(ana, home, reason="better_offer", competitor="tigo", competitor_offer="200 Mbps",
                 competitor_price="159")  # fmt: skip
    assert (case.competitor, case.competitor_price) == ("Tigo", 159)
    ana.sends()
    ana.sends()
    ana.sends(demand="courtesy")
    ana.page.locator("main label:has([name=courtesy])").first.click()
    ana.fill(answer="refused", firm_no=True)
    ana.click(ana.button)
    assert "0/10" in ana.page.locator("#meter").inner_text().replace(" ", "")
    ana.sends(product=home.internet.pk, days="3", answer="refused")
    assert [offer.kind for offer in Offer.objects.order_by("id")] == ["courtesy", "compensation"]
    ana.sends(reason="better_offer", return_items="Módem")
    leaving, receipt = Termination.objects.get(), Receipt.objects.get()
    assert all(words in ana.text for words in (leaving.receipt, receipt.number, "Módem"))
    answer = ana.page.request.get(f"/receipts/{receipt.number}/pdf/")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")


def test_faults_refused_then_compensation_accepted(sign_in: SignIn, home: Household) -> None:
    """Refusal from the side of 3."""
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_03")
    ana.sends(answer="refused")
    ana.page.locator("main details summary", has_text="no se puede ofrecer").click()
    assert "Se ofreció en el paso 3" in ana.text
    ana.sends(reason="faults", demand="compensation")
    ana.fill(product=home.internet.pk, days="3", answer="accepted")
    read_back(ana, "se compensan")
    ana.sends()
    ana.sends()
    assert walk.reload().outcome == RetentionCase.Outcome.ACCEPTED


def test_the_customer_waits_on_the_line_until_the_amount_is_approved(sign_in: SignIn, home: Household) -> None:
    """Two people: the advisor's page goes on by itself when the head of team has decided in the queue."""
    home.priced(home.internet, "200")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    ana, lidia = sign_in(Role.ADVISOR), sign_in(Role.TEAM_LEAD)
    ana.begin(walk, "step_03")
    ana.fill(answer="accepted")
    read_back(ana, "El responsable de equipo lo aprueba antes")
    ana.click(ana.button)
    assert ana.page.locator(".waiting-clock").is_visible()
    lidia.go("/team/")
    decision = lidia.page.locator(".decision", has_text=walk.case.number)
    assert decision.locator("[data-waited]").inner_text()
    decision.locator("[name=reason]").fill("Socia antigua")
    lidia.click(decision.locator("button[value=yes]"))
    ana.page.locator("h2", has_text="4. Digita el reclamo").wait_for()
    ana.sends()
    assert walk.open == ["step_05"]


@pytest.mark.parametrize("granted", ["yes", "no"])
def test_an_ineligible_customer(sign_in: SignIn, home: Household, granted: str) -> None:
    home.listing()
    ana, lidia = sign_in(Role.ADVISOR), sign_in(Role.TEAM_LEAD)
    case = opens(ana, home, reason="price")
    assert "No elegible" in ana.text
    ana.sends()
    assert ana.page.locator(".waiting-clock").is_visible()
    item = WorkItem.objects.get(instance=case.instance, element="override")
    lidia.go(f"/cases/{case.number}/steps/{item.pk}/")
    lidia.sends(granted=granted, reason="Así lo decidí")
    if granted == "yes":
        ana.page.locator("h2", has_text="2. Daños reiterados").wait_for()
        return
    ana.page.locator("[name=wish]").first.wait_for()
    ana.sends(wish="termination")
    ana.sends(reason="price", return_items="Módem")
    assert Termination.objects.count() == 1


def test_a_solution_that_the_customer_confirms_ends_the_repeated_fault(sign_in: SignIn, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_02")
    ana.page.locator("main details summary").first.click()
    ana.sends(confirmed_solution="Lo probé con el cliente en línea")
    assert walk.open == ["step_11"]


def test_insisting_on_leaving_is_one_click_from_every_page(sign_in: SignIn, home: Household) -> None:
    walk = Walk(home).go("step_01")
    ana = sign_in(Role.ADVISOR)
    done = WorkItem.objects.get(instance=walk.case.instance, element="step_01")
    for path in (f"/cases/{walk.case.number}/", f"/cases/{walk.case.number}/record/", place(walk, "step_02"),
                 f"/cases/{walk.case.number}/steps/{done.pk}/"):  # fmt: skip
        ana.go(path)
        assert ana.page.locator("main form[action$='/insist/'] button").count() == 1, path
    ana.click("main form[action$='/insist/'] button")
    assert walk.open == ["termination"]


def test_two_advisors_race_for_the_same_case(sign_in: SignIn, home: Household, cast: Cast) -> None:
    walk = Walk(home)
    beto = User(username="beto", first_name="Beto", last_name="Rojas")
    beto.set_password(PASSWORD)
    beto.save()
    Membership.objects.create(user=beto, role=Role.ADVISOR, unit=cast.team)
    ana = sign_in(Role.ADVISOR)
    cast.people[Role.ADVISOR] = beto
    other = sign_in(Role.ADVISOR)
    for person in (ana, other):
        person.go(place(walk, "step_01"))
    other.sends()
    ana.sends(note="Es clienta de veinte años")
    assert ana.status == 409
    assert "Beto Rojas" in ana.text
    assert "Es clienta de veinte años" in ana.text
    assert walk.open == ["step_02"]


def test_a_courtesy_asks_for_its_channels(sign_in: SignIn, home: Household) -> None:
    walk = Walk(home, products=[home.television], reason="better_offer").go("step_01", "step_02")
    walk("step_11", reason="better_offer", demand="courtesy", competitor="Otra", competitor_offer="Más canales")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_14")
    premium = f"premium_channels:{home.television.pk}"
    ana.sends(courtesy=premium, answer="accepted")
    assert ana.status == 400
    assert ana.error_at("channels")
    ana.fill(channels=["HBO"])
    read_back(ana, "HBO")
    ana.sends()
    assert Courtesy.objects.get().details == {"channels": ["HBO"]}
