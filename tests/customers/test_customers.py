"""Customers by hand, their telephones, and the two lights of step 1.1."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.customers import actions, queries
from arraigo.customers.errors import (
    CustomerNumberTaken,
    LiftedBeforeListed,
    ListingLifted,
    NameMissing,
    PhoneUnknown,
)
from arraigo.customers.models import CreditLook, Customer
from arraigo.customers.search import search
from arraigo.eventlog.models import Event
from tests.records import NOON, a_customer, a_product, a_user, a_zone, refused

DAY = dt.timedelta(days=1)
TODAY = NOON.date()
pytestmark = pytest.mark.django_db


def numbers(customer: Customer) -> list[str]:
    return list(customer.phones.order_by("-is_contact", "id").values_list("number", flat=True))


def test_a_new_customer_has_a_number_and_can_be_found() -> None:
    customer = actions.add_customer("Rosa Siles", phones=["4 425-1234", "70712345"], zone=a_zone(), actor=a_user())
    assert customer.number.startswith("CL-")
    assert numbers(customer) == ["+59144251234", "+59170712345"]
    assert [phone.is_mobile for phone in customer.phones.order_by("id")] == [False, True]
    assert search("rosa siles") == [customer]
    assert search("70712345") == [customer]
    assert Event.objects.get(kind="customer.added").subject_id == customer.pk


@pytest.mark.parametrize("number", ["12", "abc", "000000000000", "+591 1"])
def test_a_wrong_telephone_is_told_in_words(number: str) -> None:
    with refused(PhoneUnknown) as caught:
        actions.add_customer("Rosa Siles", phones=[number], actor=None)
    assert number in str(caught.value)
    assert not Customer.objects.exists()


def test_a_name_is_needed_and_a_number_is_given_once() -> None:
    with refused(NameMissing):
        actions.add_customer("  ", actor=None)
    actions.add_customer("Rosa Siles", number="SOC-1", actor=None)
    with refused(CustomerNumberTaken):
        actions.add_customer("Ana Rocha", number="SOC-1", actor=None)


def test_a_change_tells_before_and_after() -> None:
    customer = actions.add_customer("Rosa Siles", phones=["70712345"], actor=None)
    actions.change_customer(customer, name="Rosa Siles de Vega", category="vip", phones=["60712345"], actor=None)
    told = Event.objects.get(kind="customer.changed").data["changed"]
    assert told == {
        "name": ["Rosa Siles", "Rosa Siles de Vega"],
        "category": ["standard", "vip"],
        "phones": [["+59170712345"], ["+59160712345"]],
    }
    assert search("60712345") == [customer]
    assert search("70712345") == []
    actions.change_customer(customer, category="vip", actor=None)
    assert Event.objects.filter(kind="customer.changed").count() == 1


def test_only_a_customers_own_fields_can_be_set() -> None:
    with pytest.raises(TypeError, match="source"):
        actions.add_customer("Rosa Siles", source="other", actor=None)


def test_every_look_at_the_listings_is_logged() -> None:
    customer, reader = a_customer(), a_user()
    with clock.at(NOON):
        actions.add_listing(customer, bureau="Infocenter", listed_on=TODAY, actor=None)
        found = actions.look_at_listings(customer, by=reader, reason="RET-1")
    assert [listing.bureau for listing in found] == ["Infocenter"]
    look = CreditLook.objects.get()
    assert (look.by, look.reason, look.at) == (reader, "RET-1", NOON)
    assert Event.objects.get(kind="credit_listings.looked_at").actor == reader


def test_a_lifted_listing_counts_until_its_day() -> None:
    customer = a_customer()
    listing = actions.add_listing(customer, bureau="Infocenter", listed_on=TODAY, actor=None)
    with refused(LiftedBeforeListed):
        actions.lift_listing(listing, on=TODAY - DAY, actor=None)
    actions.lift_listing(listing, on=TODAY + DAY, actor=None)
    with refused(ListingLifted):
        actions.lift_listing(listing, on=TODAY + DAY, actor=None)
    assert [bool(queries.listings_in_force(customer, TODAY + n * DAY)) for n in (-1, 0, 1)] == [
        False,
        True,
        False,
    ]


def test_the_arrears_light_is_separate_from_the_listing_light() -> None:
    customer = a_customer()
    a_product(customer, status="terminated", reason="request", ended_on=TODAY)
    a_product(customer, status="terminated", reason="arrears", ended_on=TODAY, source="smartflex")
    before = queries.standing(customer, as_of=NOON - DAY, listings=[])
    now = queries.standing(customer, as_of=NOON, listings=[])
    assert (before.withdrawn_for_arrears, now.withdrawn_for_arrears, now.credit_listed) == (
        False,
        True,
        False,
    )
    assert (now.withdrawn_on, now.withdrawn_source) == (TODAY, "smartflex")


def test_a_withdrawal_without_a_day_counts() -> None:
    customer = a_customer()
    a_product(customer, status="terminated", reason="arrears")
    assert queries.standing(customer, as_of=NOON, listings=[]).withdrawn_for_arrears
