"""Every clock of a case told again from its events: the 24 hours of each visit, the waits of 2 and 30 days
before the controls, the minutes after a firm "no", and how long an approval was waited for.

`replay` reads the events alone, `kept` the records alone; a history that nobody altered gives the same of both.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from arraigo.engine.advance import Advance
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.orders import replay as visits
from arraigo.orders.models import WorkOrder
from arraigo.retention.models import RetentionCase

APPROVAL, FIRM_NO = "approve", "firm_no"
WAITS, METER = "waits", "meter"
"""What an event's data call the clocks that the first versions did not tell."""
COMPLETED, UNDONE = "case.step_completed", "case.undone"


@dataclass(frozen=True, order=True)
class Clock:
    """A time that ran: since when, until when it may (None: no limit), and when it ended (None: it runs)."""

    name: str
    """Number of the visit's work order, else the element that waits, else `firm_no`."""
    began_at: dt.datetime
    due_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    told_as: str = field(default="", compare=False)
    """WAITS or METER: events tell it since some version; empty: they always did."""


def told(advance: Advance) -> dict[str, Any]:
    """What the history keeps of the waits for a time that a move began and ended, as JSON."""
    timers = [wait for wait in advance.waits if wait.wake_at]
    ended = [wait.element for wait in advance.ended_waits if wait.wake_at]
    begun = [{"element": wait.element, "until": wait.wake_at.isoformat()} for wait in timers if wait.wake_at]
    return {name: value for name, value in (("waits", begun), ("ended_waits", ended)) if value}


def replay(case_number: str) -> list[Clock]:
    """The clocks of a case by its events alone, by name and beginning."""
    told_again, orders = _Replay(), dict[int, list[Event]]()
    for event in Event.objects.filter(case_number=case_number).order_by("id"):
        if event.subject_type == "workorder" and event.subject_id is not None:
            orders.setdefault(event.subject_id, []).append(event)
        elif event.kind.startswith("case."):
            told_again.take(event)
    return sorted([*told_again.clocks, *(_visit(events) for events in orders.values())], key=_order)


def kept(case: RetentionCase) -> list[Clock]:
    """The clocks of a case as its records have them, by name and beginning."""
    waits = Wait.objects.filter(instance=case.instance_id, kind=Wait.Kind.TIMER)
    asked = WorkItem.objects.filter(instance=case.instance_id, element__startswith=APPROVAL)
    visits_kept = WorkOrder.objects.filter(case_number=case.number)
    clocks = [Clock(each.element, each.created_at, each.wake_at, each.ended_at, WAITS) for each in waits]
    clocks += [Clock(each.element, each.created_at, None, each.completed_at) for each in asked]
    clocks += [Clock(each.number, each.created_at, each.due_at, each.closed_at) for each in visits_kept]
    if case.firm_no_at:
        clocks.append(Clock(FIRM_NO, case.firm_no_at, None, case.firm_no_ended_at, METER))
    return sorted(clocks, key=_order)


def differences(case: RetentionCase) -> list[tuple[Clock | None, Clock | None]]:
    """Where events and records tell another time: (by the events, by the records), None where one lacks the clock.

    Two moments of one transaction are a few milliseconds apart: beginnings and ends are compared to the second
    or so, what a clock allows exactly.
    """
    by_events, by_records = replay(case.number), kept(case)
    unmatched, found = list(by_records), list[tuple[Clock | None, Clock | None]]()
    for clock in by_events:
        same = next((each for each in unmatched if _same(clock, each)), None)
        if same:
            unmatched.remove(same)
        else:
            named = next((each for each in unmatched if each.name == clock.name), None)
            if named:
                unmatched.remove(named)
            found.append((clock, named))
    return found + [(None, each) for each in unmatched]


class Telling:
    """Since when the events of this database tell each sort of clock: not those of an earlier version."""

    def __init__(self) -> None:
        self._since = {sort: self._first(sort) for sort in (WAITS, METER)}

    def _first(self, sort: str) -> dt.datetime | None:
        telling = Event.objects.filter(kind__startswith="case.", data__has_key=sort)
        return telling.order_by("id").values_list("at", flat=True).first()

    def began_before(self, clock: Clock | None) -> bool:
        """Whether a clock of the records began when events did not tell such ones yet: nothing to compare."""
        if clock is None or not clock.told_as:
            return False
        since = self._since[clock.told_as]
        return since is None or clock.began_at < since - MOMENT


MOMENT = dt.timedelta(seconds=2)
"""How long a step's transaction may take between its first and its last statement."""


def _same(one: Clock, other: Clock) -> bool:
    named = one.name == other.name and one.due_at == other.due_at
    return named and _near(one.began_at, other.began_at) and _near(one.ended_at, other.ended_at)


def _near(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) <= MOMENT


def _order(clock: Clock) -> tuple[str, dt.datetime]:
    return clock.name, clock.began_at


def _visit(events: list[Event]) -> Clock:
    ends = [event.at for event in events if event.kind in visits.ENDS]
    return Clock(events[0].data["number"], events[0].at, visits.due_at(events), ends[-1] if ends else None)


class _Replay:
    """The waits, approvals and the meter of a case, one event after the other."""

    def __init__(self) -> None:
        self.clocks: list[Clock] = []

    def take(self, event: Event) -> None:
        """Go on by one event of the case."""
        data, again = event.data, event.kind == UNDONE
        closed = [*data.get("ended_waits", []), *_approvals(data.get("cancelled", []))]
        if event.kind == COMPLETED:
            closed += _approvals([data.get("element", "")])
        for name in closed:
            self._end(name, event.at)
        for wait in data.get("waits", []):
            self._begin(Clock(wait["element"], event.at, dt.datetime.fromisoformat(wait["until"])), again)
        for name in _approvals(data.get("opened", [])):
            self._begin(Clock(name, event.at), again)
        self._firm_no(data.get("meter"))

    def _begin(self, clock: Clock, again: bool) -> None:
        """A clock begins; one that was ended by what is taken back runs on."""
        if not again or not self._change(clock.name, ended_at=None):
            self.clocks.append(clock)

    def _end(self, name: str, moment: dt.datetime) -> None:
        self._change(name, ended_at=moment)

    def _change(self, name: str, *, ended_at: dt.datetime | None) -> bool:
        """End the last clock of that name that runs, or let the last one that ended run on; whether there is one."""
        for number in range(len(self.clocks) - 1, -1, -1):
            found = self.clocks[number]
            if found.name == name and (found.ended_at is None) != (ended_at is None):
                self.clocks[number] = replace(found, ended_at=ended_at)
                return True
        return False

    def _firm_no(self, meter: Mapping[str, str] | None) -> None:
        """The meter stands as the event says; one that an undone answer had begun never ran."""
        if meter is None:
            return
        self.clocks = [clock for clock in self.clocks if clock.name != FIRM_NO]
        if meter.get("said_at"):
            ended = meter.get("ended_at")
            since = dt.datetime.fromisoformat(meter["said_at"])
            self.clocks.append(Clock(FIRM_NO, since, None, dt.datetime.fromisoformat(ended) if ended else None))


def _approvals(elements: Iterable[str]) -> list[str]:
    return [element for element in elements if element.startswith(APPROVAL)]
