"""Compiled queries give what the queries give that they were built from."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from arraigo.billing.models import Bill
from arraigo.compiled import at_once, compiled, counted, each_of, first, prefetched
from arraigo.customers.models import Customer
from arraigo.products.models import Product
from tests.cast import Cast


def bills(customer: Customer, since: dt.date) -> QuerySet[Bill]:
    return Bill.objects.filter(Q(month__gte=since), customer=customer).select_related("customer").order_by("-month")[:3]


def own(customers: list[Customer]) -> QuerySet[Product]:
    found = Product.objects.filter(customer__in=each_of(customers)).annotate(twice=F("price") * 2)
    return found.prefetch_related("terminations").order_by("id")


def numbers(name: str, *, before: dt.datetime) -> QuerySet[Customer, tuple[int, str]]:
    return Customer.objects.filter(name=name, cases__opened_at__lt=before).values_list("pk", "number")


def test_rows_are_the_same_as_uncompiled(cast: Cast) -> None:
    homes = [cast.household(f"30000{n}") for n in range(3)]
    since, read = dt.date(2026, 1, 1), compiled(bills)
    for home in homes:
        assert read(home.customer, since) == read(home.customer.pk, since=since) == list(bills(home.customer, since))
    assert read(homes[0].customer, dt.date(2999, 1, 1)) == []


def test_any_number_of_keys_and_what_is_read_with_them(cast: Cast) -> None:
    homes = [cast.household(f"31000{n}") for n in range(3)]
    read = compiled(own)
    for some in (homes, homes[:1], []):
        customers = [home.customer for home in some]
        expected = Product.objects.filter(customer__in=customers).annotate(twice=F("price") * 2).order_by("id")
        found = read([customers[0].pk, *customers[1:]] if customers else [])
        assert found == list(expected)
        assert [each.twice for each in found] == [each.twice for each in expected]
        with CaptureQueriesContext(connection) as asked:
            assert [list(each.terminations.all()) for each in found] == [[] for _ in found]
        assert not asked


def test_counted_as_far_as_the_limit(cast: Cast) -> None:
    customers = [cast.household(f"32000{n}").customer for n in range(3)]
    assert counted(own)(customers) == Product.objects.filter(customer__in=customers).count() > 2
    assert counted(lambda customers: own(customers)[:2])(customers) == 2
    assert counted(own)([]) == 0


def test_a_query_is_built_once_and_keeps_no_value(cast: Cast) -> None:
    built = []

    def build(number: str) -> QuerySet[Customer]:
        built.append(number)
        return Customer.objects.filter(number=number)

    read = compiled(build)
    for number in ("320001", "320002"):
        home = cast.household(number)
        assert first(read(number)) == home.customer
    assert first(read("nobody")) is None
    assert len(built) == 1


def test_values_and_moments(cast: Cast) -> None:
    home, read = cast.household("330001"), compiled(numbers)
    assert read(home.customer.name, before=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)) == []


def amounts(customer: Customer) -> QuerySet[Bill, tuple[dt.date, Decimal]]:
    return Bill.objects.filter(customer=customer).order_by("month").values_list("month", "total")


def totals(customer: Customer) -> QuerySet[Bill, Decimal]:
    return Bill.objects.filter(customer=customer).order_by("month").values_list("total", flat=True)


def keys(customer: Customer) -> QuerySet[Bill, int]:
    return Bill.objects.filter(customer=customer).order_by("month").values_list("pk", flat=True)


@pytest.mark.parametrize("build", [amounts, totals, keys])
def test_lists_of_values_are_what_the_fields_make_of_them(cast: Cast, build: Any) -> None:
    """Bs and days, not the centavos and texts that a database keeps."""
    customer = cast.household("335001").customer
    assert compiled(build)(customer) == list(build(customer)) != []


def test_a_missing_value_says_so(cast: Cast) -> None:
    with pytest.raises(KeyError, match="since"):
        compiled(bills)(cast.household("340001").customer)  # type: ignore[call-arg]


def test_what_was_read_already_is_not_asked_for(cast: Cast) -> None:
    home = cast.household("350001")
    prefetched(home.customer, "products", [home.internet])
    with CaptureQueriesContext(connection) as asked:
        assert list(home.customer.products.all()) == [home.internet]
    assert not asked


def test_what_is_asked_at_once_is_there_when_it_is_asked(cast: Cast) -> None:
    home, other = cast.household("330001"), cast.household("330002")
    month = dt.date(2026, 1, 1)
    read, named = compiled(bills), compiled(percent)
    questions = [read.of(home.customer, month), named.of(home.customer, kind="100 %")]
    with CaptureQueriesContext(connection) as asked, at_once(*questions):
        found = read(home.customer, month), named(home.customer, kind="100 %")
        # Another one's answer is asked for, and one that was read is asked anew.
        beside = read(other.customer, month), named(home.customer, kind="100 %")
    assert found == (list(bills(home.customer, month)), [home.customer])
    assert beside == (list(bills(other.customer, month)), [home.customer])
    assert len(asked) == 4
    with CaptureQueriesContext(connection) as asked:
        assert read(home.customer, month) == found[0]
    assert len(asked) == 1


def percent(customer: Customer, *, kind: str) -> QuerySet[Customer]:
    """Constants with a sign of their own, and a place between them."""
    return Customer.objects.filter(~Q(name="50 %s"), ~Q(address__contains="%"), ~Q(email=kind), pk=customer)
