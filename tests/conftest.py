"""Shared by all tests."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
"""Playwright runs an event loop in the thread that also speaks to the database."""


@pytest.fixture(autouse=True)
def no_policy_of_another_test() -> Iterator[None]:
    """A version is kept in memory by its key, and a key may come again after a test was undone."""
    yield
    from arraigo.procedure import queries

    queries.policy_of.cache_clear()
