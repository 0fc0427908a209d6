"""Payments and listings in the Central de Riesgos, entered by hand."""

import datetime as dt

from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.customers.models import CreditListing, CreditLook
from arraigo.people.models import Role
from tests.cast import Cast
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
    assert advisor.post(lift, {"on": "2025-12-31"}).status_code == 400
    assert advisor.post(lift, {"on": "2026-03-01"}).status_code == 302
    listing.refresh_from_db()
    assert listing.lifted_on == dt.date(2026, 3, 1)
    assert advisor.get("/credit-listings/99999999999999999999999/lift/").status_code == 404
