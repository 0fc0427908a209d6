"""The sales advisor at the desk: steps 11–14; the others are in `test_one_customer` and `test_day`."""

from collections.abc import Callable
from decimal import Decimal

from arraigo.billing.models import Bill, BillingClaim
from arraigo.orders.models import ProductOrder
from arraigo.people.models import Role
from arraigo.products.models import Courtesy
from arraigo.retention.models import Offer, Promise, RetentionCase
from tests.cast import Household, Walk, credit
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]


def test_a_compensation(sign_in: SignIn, home: Household) -> None:
    """Steps 11, 12 and 13."""
    walk = Walk(home, reason="compensation").go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.does(walk, "step_11", reason="compensation", demand="compensation")
    ana.sends(**credit(home.internet, days="3", amount="15"), answer="accepted")
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
    assert walk.reload().better_offer == "Otro · 300 Mb · Bs\N{NO-BREAK SPACE}120,00"


def test_a_customer_who_moves_takes_the_service_along(sign_in: SignIn, home: Household) -> None:
    walk = Walk(home, reason="moving").go("step_01", "step_02")
    ana = sign_in(Role.ADVISOR)
    ana.does(walk, "step_11", reason="moving", demand="transfer")
    ana.fill(answer="accepted")
    ana.click(ana.button)
    assert (ana.status, bool(ana.error_at("address"))) == (400, True)
    ana.sends(address="Calle Nueva 7")
    offer, order = Offer.objects.get(), ProductOrder.objects.get()
    assert (offer.kind, offer.answer, offer.details["address"]) == ("transfer", "accepted", "Calle Nueva 7")
    assert (order.kind, order.product) == ("transfer", home.internet)
    assert Promise.objects.get().kind == "transfer"
