"""Products: added, suspended, ended with a reason; bundles apportioned by list price."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arraigo.eventlog.models import Event
from arraigo.products import actions, queries
from arraigo.products.errors import EndsBeforeStart, NumberTaken, ProductGone, TerminationNeedsReason
from arraigo.products.models import Offering, Product
from tests.engine.test_concurrency import together
from tests.records import NOON, a_customer, a_product, refused

TV = {
    "code": "tv-100",
    "name": "TV 100",
    "service": "television",
    "technology": "hfc",
    "list_price": Decimal(100),
}


@pytest.fixture
def product(db: None) -> Product:
    return a_product(a_customer(), started_on=NOON.date())


def test_the_catalogue_is_filled_and_filled_again(db: None) -> None:
    assert actions.fill_catalogue([TV]) == 1
    assert actions.fill_catalogue([TV | {"name": "TV cien"}]) == 1
    assert Offering.objects.get(code="tv-100").name == "TV cien"
    assert Event.objects.filter(kind="catalogue.filled").count() == 2


def test_a_product_costs_its_list_price_unless_told_otherwise(product: Product) -> None:
    customer, offering = product.customer, product.offering
    assert actions.add_product(customer, offering, number="I-1", actor=None).price == Decimal(150)
    assert actions.add_product(customer, offering, number="I-2", actor=None, price=Decimal(0)).price == 0
    with refused(NumberTaken):
        actions.add_product(customer, offering, number="I-1", actor=None)


def test_a_suspended_product_keeps_its_reason(product: Product) -> None:
    held = actions.change_status(product, "suspended", reason="arrears", actor=None)
    assert (held.status, held.reason) == ("suspended", "arrears")
    assert actions.change_status(product, "active", actor=None).reason == ""


def test_it_ends_once_with_a_reason_and_not_before_it_began(product: Product) -> None:
    with refused(TerminationNeedsReason):
        actions.terminate_product(product, "", on=None, actor=None)
    with refused(EndsBeforeStart):
        actions.terminate_product(product, "death", on=NOON.date() - dt.timedelta(days=1), actor=None)
    ended = actions.change_status(product, "terminated", reason="death", actor=None)
    assert (ended.status, ended.reason, ended.ended_on) == ("terminated", "death", None)
    with refused(ProductGone):
        actions.change_status(product, "active", actor=None)
    assert not queries.alive_products(product.customer)


def test_a_bundle_is_apportioned_by_list_price(product: Product) -> None:
    actions.fill_catalogue([TV])
    tv = a_product(product.customer, offering=Offering.objects.get(code="tv-100"), bundle="duo")
    Product.objects.filter(pk=product.pk).update(bundle="duo")
    product.refresh_from_db()
    assert queries.shares(queries.bundle_of(tv), Decimal(200)) == {tv.pk: Decimal(80), product.pk: Decimal(120)}
    actions.terminate_product(tv, "request", on=None, actor=None)
    assert queries.shares(queries.bundle_of(product), Decimal(200)) == {product.pk: Decimal(200)}


prices = st.decimals(0, 900, places=2)


@given(st.lists(prices, min_size=1, max_size=6), prices)
def test_shares_add_up_to_the_centavo(list_prices: list[Decimal], amount: Decimal) -> None:
    products = [Product(pk=n, offering=Offering(list_price=price)) for n, price in enumerate(list_prices, 1)]
    found = queries.shares(products, amount)
    assert sum(found.values()) == amount
    assert all(share >= 0 for share in found.values())


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_a_number_at_once_one_is_told() -> None:
    customer = a_customer()
    offering = Offering.objects.create(**TV)

    def enter() -> str:
        try:
            return actions.add_product(customer, offering, number="I-1", actor=None).number
        except NumberTaken:
            return "taken"

    assert sorted(together([enter] * 4)) == ["I-1", "taken", "taken", "taken"]
    assert Product.objects.get().number == "I-1"
