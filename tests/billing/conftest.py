"""A quiet noon, and a customer's Internet."""

from typing import Any

import pytest

from arraigo import clock
from arraigo.products.models import Product
from tests.records import NOON, a_customer, a_product


@pytest.fixture
def noon() -> Any:
    with clock.at(NOON):
        yield


@pytest.fixture
def internet() -> Product:
    return a_product(a_customer(), "150")
