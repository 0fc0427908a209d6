"""The work that `bench steps` times: whole cases of both branches, through whatever carries them."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role
from arraigo.retention import sweeps
from tests.cast import NOW, Cast, Household, Walk

FAULTS = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
OFFERS = ("step_01", "step_02", "step_11", "step_12", "step_13")
CONTROLS = ("step_09", "step_10")
Step = Callable[[], Any]


def households(cast: Cast, count: int, *, first: int) -> list[Household]:
    """`count` customers numbered from `first`; every second one has a repeated fault."""
    homes = [cast.household(str(first + number)) for number in range(count)]
    for home in homes[::2]:
        home.repeated_faults()
    return homes


def open_cases(homes: list[Household]) -> list[Walk]:
    return [Walk(home, reason="faults" if n % 2 == 0 else "compensation") for n, home in enumerate(homes)]


def steps(walks: list[Walk]) -> Iterator[Step]:
    """Every step of every case, as calls ready to be timed; the clock moves between the rounds."""
    for n, walk in enumerate(walks):
        for element in FAULTS if n % 2 == 0 else OFFERS:
            yield _step(walk, element)
    for element, days in zip(CONTROLS, (2, 30), strict=True):
        with clock.at(NOW + dt.timedelta(days=days, hours=3)):
            sweeps.wake_due_cases()
            for walk in walks[::2]:
                yield _step(walk, element)


def _step(walk: Walk, element: str) -> Step:
    """The step with its item and answers looked up, so that only the step itself is timed."""
    from arraigo.retention import actions

    item = WorkItem.objects.get(instance_id=walk.case.instance_id, element=element, status=WorkItem.Status.OPEN)
    actor, answers = walk.cast[Role(item.role)], walk.usual(element)
    return lambda: actions.complete_step(item.pk, actor=actor, data=answers)
