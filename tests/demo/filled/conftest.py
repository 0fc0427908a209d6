"""One small demo for all tests that only read it."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from arraigo import clock
from tests.demo.making import AT, make


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, int]]:
    """The counts of a demo that the tests of this folder share; it is taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic(), clock.at(AT):  # type: ignore[attr-defined]
        yield make()
        transaction.set_rollback(True)
