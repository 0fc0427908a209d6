"""One small demo for all tests that only read it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction

from arraigo import clock
from arraigo.demo import actions

AT = dt.datetime(2026, 3, 10, 19, 0, tzinfo=dt.UTC)
"""A Tuesday, 15:00 in Cochabamba."""


def make(customers: int = 198, cases: int = 66, seed: int = 7) -> dict[str, int]:
    with clock.at(AT):
        return actions.make_demo(customers, seed=seed, at=AT, cases=cases, say=lambda text: None)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, int]]:
    """The counts of a demo that the tests of one file share; it is taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic(), clock.at(AT):  # type: ignore[attr-defined]
        yield make()
        transaction.set_rollback(True)
