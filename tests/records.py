"""Small real records for tests of the business packages."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from arraigo.customers.models import Customer
from arraigo.network.models import Zone
from arraigo.orders import actions as orders
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Unit, User
from arraigo.products.models import Offering, Product
from arraigo.records import RuleBroken

_next = count(1)
NOON = dt.datetime(2026, 3, 10, 16, tzinfo=dt.UTC)
"""Tuesday 10 March 2026, noon in Cochabamba."""


@contextmanager
def refused(error: type[RuleBroken]) -> Iterator[Any]:
    """The block is refused with `error`; what it wrote before is undone, the test goes on."""
    with pytest.raises(error) as caught, transaction.atomic():
        yield caught


def a_user(name: str = "") -> User:
    return User.objects.create_user(username=name or f"user{next(_next)}")


def a_zone() -> Zone:
    n = next(_next)
    centre = Unit.objects.create(code=f"centre-{n}", name=f"Centro {n}", kind=Unit.Kind.OPERATIONS_CENTER)
    return Zone.objects.create(code=f"zone-{n}", name=f"Zona {n:05}", municipality="Cercado", operations_center=centre)


def a_customer(**fields: Any) -> Customer:
    n = next(_next)
    return Customer.objects.create(**{"number": f"C{n}", "name": f"Cliente {n}", **fields})


def a_product(customer: Customer, price: str = "150", **fields: Any) -> Product:
    n = next(_next)
    offering, _ = Offering.objects.get_or_create(
        code="internet-50",
        defaults={
            "name": "Internet 50",
            "service": "internet",
            "technology": "fibre",
            "list_price": Decimal(150),
        },
    )
    product = {"number": f"P{n}", "offering": offering, "price": Decimal(price), "customer": customer}
    return Product.objects.create(**{**product, **fields})


def a_visit(customer: Customer, product: Product, **fields: Any) -> WorkOrder:
    given = {
        "customer": customer,
        "product": product,
        "affected_products": [product],
        "tickets": [],
        "activity_code": "40530",
        "activity_name": "PEX/Adecuación por Retención",
        "payment_terms": "Crédito",
        "note": "GLOSA",
        "contact_phone": "+59170000001",
        "hours": 24,
        "case_number": "RET-2026-000001",
        "actor": None,
    }
    return orders.order_engineering_service(**{**given, **fields})
