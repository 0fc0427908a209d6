"""Payments and listings in the Central de Riesgos, entered by hand."""

import datetime as dt

from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.customers.models import CreditListing, CreditLook
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.products.models import Product
from tests.cast import Cast, Walk
from tests.web.conftest import signed_in


def test_a_payment_on_an_issued_bill(cast: Cast) -> None:
    home = cast.household()
    bill = home.customer.bills.get()
    billing.issue_bill(bill, issued_on=dt.date(2026, 3, 1), due_on=dt.date(2026, 3, 25))
    billing_desk, place = signed_in(cast[Role.BILLING]), reverse("payment_new", args=[home.customer.number])
    moment = f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}"
    bad = billing_desk.post(place, {"bill": bill.pk, "amount": "100000", "paid_at": moment})
    assert bad.status_code == 400
    tomorrow = {"bill": bill.pk, "amount": "100", "paid_at": "2026-03-11T10:00"}
    assert billing_desk.post(place, tomorrow).status_code == 400
    sent = billing_desk.post(place, {"bill": bill.pk, "amount": "100,50", "paid_at": moment, "channel": "Caja"})
    assert sent.status_code == 302, sent.content
    bill.refresh_from_db()
    assert (str(bill.paid), bill.payments.get().channel) == ("100.50", "Caja")


def test_the_price_of_a_product_is_taken_as_amounts_are_shown(cast: Cast) -> None:
    home, desk = cast.household(), signed_in(cast[Role.ADVISOR])
    place = reverse("product_new", args=[home.customer.number])
    assert 'type="number"' not in desk.get(place).content.decode(), "a browser in English takes no comma there"
    typed = {"number": "I77", "offering": home.internet.offering.pk, "status": "active", "price": "1.234,50"}
    sent = desk.post(place, typed)
    assert sent.status_code == 302, sent.context["form"].errors
    assert str(Product.objects.get(number="I77").price) == "1234.50"


def looks_of(user: User, path: str) -> int:
    """How many looks at listings opening the page logs under the person."""
    before = CreditLook.objects.filter(by=user).count()
    assert signed_in(user).get(path).status_code == 200
    return CreditLook.objects.filter(by=user).count() - before


def test_every_page_that_tells_of_a_listing_logs_the_look(cast: Cast) -> None:
    advisor, lead, home = cast[Role.ADVISOR], cast[Role.TEAM_LEAD], cast.household()
    listing = home.listing()
    assert looks_of(advisor, reverse("customer", args=[home.customer.number])) == 1
    assert looks_of(advisor, reverse("credit_listing_new", args=[home.customer.number])) == 1
    assert looks_of(advisor, reverse("credit_listing_lift", args=[listing.pk])) == 1
    assert looks_of(advisor, reverse("case_new", args=[home.customer.number])) == 1

    def step(walk: Walk, element: str) -> str:
        return reverse("step", args=[walk.case.number, walk.item(element).pk])

    walk = Walk(home)
    assert looks_of(advisor, step(walk, "step_01")) == 1
    walk("step_01")
    assert looks_of(lead, step(walk, "override")) == 1
    assert looks_of(lead, reverse("team")) == 1
    done = reverse("step", args=[walk.case.number, WorkItem.objects.get(element="step_01").pk])
    record = reverse("case_record", args=[walk.case.number])
    assert [looks_of(advisor, done), looks_of(lead, record)] == [1, 1]
    for role in (Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT, Role.HEAD_RESOURCES):
        assert looks_of(cast[role], record) == 0
        assert "Central de Riesgos" not in signed_in(cast[role]).get(record).content.decode()
    walk("override", granted="no")
    assert looks_of(advisor, step(walk, "inform")) == 1
    other = cast.household("100002")
    for product in (other.internet, other.television):
        other.fault(days_ago=9, product=product)
        other.fault(days_ago=2, product=product)
    both = Walk(other, products=[other.internet, other.television]).go("step_01", "step_02")
    both("step_03", **{f"kind_{product.pk}": "bill_waiver" for product in (other.internet, other.television)})
    assert looks_of(lead, step(both, "approve_03")) == 1


def test_a_listing_is_entered_and_lifted_and_the_look_is_logged(cast: Cast) -> None:
    customer = cast.household().customer
    advisor, place = signed_in(cast[Role.ADVISOR]), reverse("credit_listing_new", args=[customer.number])
    future = advisor.post(place, {"bureau": "Central de Riesgos", "listed_on": "2027-01-01"})
    assert future.status_code == 400
    assert advisor.post(place, {"bureau": "Central de Riesgos", "listed_on": "2026-01-01"}).status_code == 302
    assert "01/01/2026" in advisor.get(place).content.decode()
    assert CreditLook.objects.filter(customer=customer).exists()
    listing = CreditListing.objects.get()
    lift = reverse("credit_listing_lift", args=[listing.pk])
    assert advisor.post(lift, {"lifted_on": "2025-12-31"}).status_code == 400
    assert advisor.post(lift, {"lifted_on": "2026-03-01"}).status_code == 302
    listing.refresh_from_db()
    assert listing.lifted_on == dt.date(2026, 3, 1)
    assert advisor.get("/credit-listings/99999999999999999999999/lift/").status_code == 404
