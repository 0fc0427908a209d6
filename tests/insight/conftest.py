"""Every evaluation starts from the same cast, in March 2026."""

from collections.abc import Iterator

import pytest

from arraigo import clock
from tests.cast import NOW, Cast, Household


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    with clock.at(NOW):
        yield Cast()


@pytest.fixture
def home(cast: Cast) -> Household:
    return cast.household()
