"""A small demo, at an hour of its own."""

import datetime as dt

from arraigo import clock
from arraigo.demo import actions

AT = dt.datetime(2026, 3, 10, 19, 0, tzinfo=dt.UTC)
"""A Tuesday, 15:00 in Cochabamba."""


def make(customers: int = 198, cases: int = 66, seed: int = 1) -> dict[str, int]:
    with clock.at(AT):
        return actions.make_demo(customers, seed=seed, at=AT, cases=cases, say=lambda text: None)
