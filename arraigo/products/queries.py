"""Reads of the catalogue, of products and of courtesies."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from arraigo.compiled import compiled
from arraigo.customers.models import Customer
from arraigo.money import ZERO, bs
from arraigo.products.models import Courtesy, Offering, Product

RUNNING = (Courtesy.Status.SCHEDULED, Courtesy.Status.ACTIVE)


def offerings_sold() -> QuerySet[Offering]:
    """What can be sold today."""
    return Offering.objects.filter(is_sold=True)


def products_of(customer: Customer) -> QuerySet[Product]:
    """All products of the customer, ended ones too, in the order in which they came."""
    return customer.products.select_related("offering").order_by("id")


@compiled
def all_products(customer: Customer) -> QuerySet[Product]:
    """What `products_of` reads, as a list."""
    return Product.objects.filter(customer=customer).select_related("offering").order_by("id")


def alive_products(customer: Customer) -> QuerySet[Product]:
    """The customer's products that have not ended."""
    return products_of(customer).exclude(status=Product.Status.TERMINATED)


def bundle_of(product: Product) -> list[Product]:
    """The living products of the product's bundle, itself included."""
    if not product.bundle:
        return [product]
    fellows = Product.objects.filter(customer_id=product.customer_id, bundle=product.bundle)
    alive = fellows.exclude(status=Product.Status.TERMINATED).exclude(pk=product.pk)
    return [product, *alive.select_related("offering")]


def bundles_of(asked: Iterable[Product]) -> dict[int, list[Product]]:
    """`bundle_of` of several products of any customers, by their ids. One query."""
    owned = list(asked)
    tied = [product for product in owned if product.bundle]
    fellows = list(
        Product.objects.filter(
            customer__in={product.customer_id for product in tied}, bundle__in={product.bundle for product in tied}
        )
        .exclude(status=Product.Status.TERMINATED)
        .select_related("offering")
    )
    return {
        each.pk: [each, *(fellow for fellow in fellows if fellow.pk != each.pk and _bundle(fellow) == _bundle(each))]
        for each in owned
    }


def _bundle(product: Product) -> tuple[int, str]:
    return product.customer_id, product.bundle


def shares(products: Iterable[Product], amount: Decimal) -> dict[int, Decimal]:
    """`amount` (Bs) apportioned among products by the list prices of their offerings, to the centavo.

    Rounded so that the shares add up exactly. Equal shares where no offering has a list price.
    """
    ordered = sorted(products, key=lambda product: product.pk)
    weights = [product.offering.list_price for product in ordered]
    if not sum(weights):
        weights = [Decimal(1)] * len(ordered)
    whole, reached, weighed, found = sum(weights, ZERO), ZERO, ZERO, {}
    for product, weight in zip(ordered, weights, strict=True):
        weighed += weight
        until = bs(amount * weighed / whole)
        found[product.pk], reached = until - reached, until
    return found


def running_courtesies(products: Iterable[Product | int]) -> QuerySet[Courtesy]:
    """Courtesies on `products` that run or are going to start, the first to end first."""
    return (
        Courtesy.objects.filter(product__in=list(products), status__in=RUNNING)
        .select_related("product__offering")
        .order_by("ends_at", "id")
    )
