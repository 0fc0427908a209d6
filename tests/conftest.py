"""Shared by all tests."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from arraigo import clock
from tests.cast import NOW, Cast, Household

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
"""Playwright runs an event loop in the thread that also speaks to the database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tests' database says of itself which migrations it corresponds to, as a migrated one does."""
    from django.core.management import call_command

    with django_db_blocker.unblock():
        call_command("migrate", fake=True, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def every_version_is_validated_once(django_db_setup: None) -> None:
    """The same files have the same faults: nearly every test publishes the real procedure for its cast."""
    from django.utils.translation import get_language

    from arraigo.procedure import actions

    validate, known = actions.problems, {}

    def problems(files: actions.ProcedureFiles, *, steps: set[str]) -> list[actions.Problem]:
        key = files.sha256, frozenset(steps), get_language()
        if key not in known:
            known[key] = validate(files, steps=steps)
        return list(known[key])

    actions.problems = problems


@pytest.fixture(autouse=True)
def no_policy_of_another_test() -> Iterator[None]:
    """A version is kept in memory by its key, and a key may come again after a test was undone."""
    yield
    from arraigo.procedure import queries

    queries.policy_of.cache_clear()


@pytest.fixture(autouse=True)
def no_checkpoint_of_another_test() -> Iterator[None]:
    """A checkpoint is a file: it outlives the log that a test's end undoes, and accuses the next test's."""
    yield
    settings.CHECKPOINT_FILE.unlink(missing_ok=True)


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """One person per role, in March 2026."""
    with clock.at(NOW):
        yield Cast()


@pytest.fixture
def home(cast: Cast) -> Household:
    return cast.household()
