"""The sales advisor at the desk: steps 1–5, 11–14, the termination and its receipt."""

from collections.abc import Callable
from decimal import Decimal

from arraigo.billing.models import Bill, BillingClaim
from arraigo.customers.search import reindex
from arraigo.engine.models import WorkItem
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.products.models import Courtesy
from arraigo.retention.models import BackgroundReview, Offer, Promise, RepeatFaultVerdict, RetentionCase
from arraigo.terminations.models import Termination
from tests.cast import Cast, Household, Walk
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]


def test_from_the_search_to_the_work_order(sign_in: SignIn, home: Household, cast: Cast) -> None:
    """Steps 1 to 5: each leads straight to the next, as all are the advisor's."""
    home.repeated_faults()
    reindex([home.customer.pk])
    ana = sign_in(Role.ADVISOR)
    ana.searches(home.customer.name)
    ana.click(f"main a[href='/customers/{home.customer.number}/']")
    ana.click(f"main a[href='/customers/{home.customer.number}/cases/new/']")
    ana.sends(channel="phone", reason="faults", words="Ya no doy más", products=[str(home.internet.pk)])
    case = RetentionCase.objects.get()
    assert (case.channel, case.reason, case.words) == ("phone", "faults", "Ya no doy más")
    assert (case.owner, list(case.products.all())) == (cast[Role.ADVISOR], [home.internet])

    ana.sends(note="Paga puntual")
    assert BackgroundReview.objects.get(case=case).eligible
    ana.sends()
    verdict = RepeatFaultVerdict.objects.get(case=case, product=home.internet)
    assert (verdict.repeat_fault, verdict.fault_count) == (True, 2)
    ana.sends(**{f"kind_{home.internet.pk}": "bill_waiver"}, answer="accepted")
    assert Offer.objects.get(case=case).answer == "accepted"
    ana.sends()
    claim = BillingClaim.objects.get()
    assert (claim.state, claim.amount) == ("applied", Decimal("140.00"))
    assert Bill.objects.get().credited == Decimal("140.00")
    ana.sends(contact_phone="71234567")
    order = WorkOrder.objects.get()
    assert (order.contact_phone, order.case_number) == ("71234567", case.number)
    assert Promise.objects.get(kind="visit").due_at == order.due_at
    assert ana.page.url.endswith(f"/cases/{case.number}/")
    assert WorkItem.objects.get(instance=case.instance, status="open").element == "step_06"


def test_a_compensation(sign_in: SignIn, home: Household) -> None:
    """Steps 11, 12 and 13."""
    walk = Walk(home, reason="compensation").go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.does(walk, "step_11", reason="compensation", demand="compensation")
    ana.sends(product=home.internet.pk, days="3", amount="15", answer="accepted")
    offer = Offer.objects.get()
    assert (offer.kind, offer.amount, offer.answer) == ("compensation", Decimal("15.00"), "accepted")
    ana.sends()
    assert BillingClaim.objects.get().amount == Decimal("15.00")
    assert Bill.objects.get().credited == Decimal("15.00")
    assert walk.reload().outcome == RetentionCase.Outcome.ACCEPTED


def test_a_courtesy(sign_in: SignIn, home: Household) -> None:
    """Step 14, after the better offer of a competitor."""
    walk = Walk(home, products=[home.television], reason="better_offer").go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.does(
        walk,
        "step_11",
        reason="better_offer",
        demand="courtesy",
        competitor="Otro",
        competitor_offer="300 Mb",
        competitor_price="120",
    )
    ana.page.locator("main label:has([name=courtesy])").first.click()
    ana.fill(answer="accepted", channels=["HBO"])
    ana.click(ana.button)
    courtesy = Courtesy.objects.get()
    assert (courtesy.product, courtesy.details["channels"]) == (home.television, ["HBO"])
    assert courtesy.ends_at > courtesy.starts_at
    assert walk.reload().better_offer == "Otro · 300 Mb · Bs 120,00"


def test_the_customer_insists_and_takes_the_receipt_home(sign_in: SignIn, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.begin(walk, "step_03")
    ana.click("main form[action$='/insist/'] button")
    assert walk.open == ["termination"]
    ana.sends(reason="faults", return_items="Módem\nControl")
    leaving = Termination.objects.get()
    assert leaving.product == home.internet
    assert walk.reload().outcome == RetentionCase.Outcome.TERMINATION
    receipt = walk.case.receipts.get()
    ana.go(f"/cases/{walk.case.number}/")
    ana.click(f"main a.btn[href='/receipts/{receipt.number}/']")
    assert all(words in ana.text for words in (receipt.number, leaving.number, "Módem", "Control"))
