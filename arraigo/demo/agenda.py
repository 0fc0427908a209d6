"""Many stories told at once: whoever's moment comes first goes on, under the moved clock."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator

from arraigo import clock

Story = Iterator[dt.datetime]
"""Yields the moment at which it wants to go on, and does what is to be done then when resumed."""


class Agenda:
    """Carries stories out in the order of time, until a moment; what lies later never happens."""

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        self._next: list[tuple[dt.datetime, int, Story]] = []
        self._added = 0

    def add(self, story: Story) -> None:
        """Begin a story: the part before its first moment is carried out now."""
        self._wait(story)

    def run(self, told: Callable[[dt.datetime], None] = lambda moment: None) -> int:
        """Tell all stories; how many moments there were."""
        count = 0
        while self._next:
            moment, _order, story = heapq.heappop(self._next)
            with clock.at(moment):
                self._wait(story)
            count += 1
            told(moment)
        return count

    def _wait(self, story: Story) -> None:
        moment = next(story, None)
        if moment is not None and moment <= self.until:
            self._added += 1
            heapq.heappush(self._next, (moment, self._added, story))
