"""Shared by all tests."""

import os
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
"""Playwright runs an event loop in the thread that also speaks to the database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tests' database says of itself which migrations it corresponds to, as a migrated one does."""
    from django.core.management import call_command

    with django_db_blocker.unblock():
        call_command("migrate", fake=True, verbosity=0)


@pytest.fixture(autouse=True)
def no_policy_of_another_test() -> Iterator[None]:
    """A version is kept in memory by its key, and a key may come again after a test was undone."""
    yield
    from arraigo.procedure import queries

    queries.policy_of.cache_clear()
