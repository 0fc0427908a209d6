"""Reads of quality controls."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from arraigo import clock
from arraigo.compiled import compiled
from arraigo.quality.models import QualityControl
from arraigo.workdays import queries as workdays

Verdict = QualityControl.Verdict


def _time(value: str | dt.time) -> dt.time:
    return dt.time.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class ContactRule:
    """When a customer counts as not reached: values of the policy."""

    attempts: int
    windows_needed: int
    windows: Sequence[tuple[dt.time, dt.time]]
    """Calling hours of a day in Cochabamba, as (from, to), both edges included."""

    @classmethod
    def of(cls, attempts: int, windows_needed: int, windows: Sequence[Sequence[str | dt.time]]) -> "ContactRule":
        """The rule from the policy's values; times may be ISO text ("09:00")."""
        return cls(attempts, windows_needed, [(_time(begins), _time(ends)) for begins, ends in windows])

    def window_of(self, moment: dt.datetime) -> int | None:
        """The number of the window of the day in which `moment` lies; None outside of all."""
        hour = clock.local(moment).time()
        hits = (n for n, (begins, ends) in enumerate(self.windows) if begins <= hour <= ends)
        return next(hits, None)

    def tried(self, moments: Iterable[dt.datetime]) -> tuple[int, int]:
        """How many of the calls at `moments` fell in a window, and in how many different ones."""
        hits = [window for m in moments if (window := self.window_of(m)) is not None]
        return len(hits), len(set(hits))

    def is_met(self, moments: Iterable[dt.datetime]) -> bool:
        """Whether calls at `moments` suffice for "not reached"."""
        calls, windows = self.tried(moments)
        return calls >= self.attempts and windows >= self.windows_needed


@dataclass(frozen=True)
class Tried:
    """How far the calls of a control have come."""

    calls: int
    """Calls without an answer that fell in a window."""
    windows: frozenset[int]
    """The different windows in which they fell."""
    last: dt.datetime | None = None

    def counts(self, rule: ContactRule) -> bool:
        """Whether "not reached" is a verdict now."""
        return self.calls >= rule.attempts and len(self.windows) >= rule.windows_needed


class Planner:
    """Says when to call next: at another hour than before, in a window of a business day.

    Reads the holidays ahead once, for any number of controls.
    """

    AHEAD = dt.timedelta(days=30)

    def __init__(self, rule: ContactRule, now: dt.datetime) -> None:
        self.rule, self.now = rule, now
        today = clock.local(now).date()
        self._days = workdays.business_days(today, today + self.AHEAD)

    def tried(self, moments: Iterable[dt.datetime]) -> Tried:
        """What the calls at `moments`, made in vain, come to."""
        hits = [(window, m) for m in moments if (window := self.rule.window_of(m)) is not None]
        return Tried(len(hits), frozenset(window for window, _m in hits), max((m for _w, m in hits), default=None))

    def next_call(self, tried: Tried) -> tuple[dt.datetime, dt.datetime]:
        """The next window in which to call, from its begin (or now, where it runs) to its end.

        A window of a day is used once; one that was not tried yet goes first while the policy still
        asks for different ones.
        """
        missing = self.rule.windows_needed - len(tried.windows)
        fresh = [number for number in range(len(self.rule.windows)) if number not in tried.windows]
        wanted = fresh if tried.calls and missing > 0 and fresh else range(len(self.rule.windows))
        slots = (
            (begin, end)
            for day in self._days
            for number, (begin, end) in self._windows(day)
            if number in wanted and end > self.now and not (tried.last and begin <= tried.last <= end)
        )
        begin, end = next(slots)
        return max(begin, self.now), end

    def _windows(self, day: dt.date) -> Iterable[tuple[int, tuple[dt.datetime, dt.datetime]]]:
        for number, (begin, end) in enumerate(self.rule.windows):
            moments = (dt.datetime.combine(day, hour, clock.LA_PAZ).astimezone(dt.UTC) for hour in (begin, end))
            yield number, (next(moments), next(moments))


def pending(kind: str | None = None) -> QuerySet[QualityControl]:
    """Controls not decided yet, the earliest due first."""
    controls = QualityControl.objects.filter(verdict=Verdict.PENDING)
    if kind is not None:
        controls = controls.filter(kind=kind)
    return controls.select_related("customer", "work_order").order_by("due_at", "id")


def overdue(kinds: Iterable[str], now: dt.datetime) -> QuerySet[QualityControl]:
    """Undecided controls of `kinds` whose time is over, the longest overdue first."""
    return pending().filter(kind__in=list(kinds), due_at__lt=now)


@compiled
def all_of_case(case_number: str) -> QuerySet[QualityControl]:
    """The controls of a case with who decided them, oldest first, as a list."""
    return QualityControl.objects.filter(case_number=case_number).select_related("decided_by").order_by("id")


def of_case(case_number: str) -> QuerySet[QualityControl]:
    """The controls of a case, oldest first."""
    return QualityControl.objects.filter(case_number=case_number).select_related("work_order").order_by("id")


def pending_control(case_number: str, kind: str) -> QualityControl | None:
    """The control of `kind` that a case waits for; the last where a re-opening left several."""
    return of_case(case_number).filter(kind=kind, verdict=Verdict.PENDING).last()


def failed_attempts(control: QualityControl) -> list[dt.datetime]:
    """When the customer was called for `control` without being reached."""
    return list(control.attempts.filter(reached=False).values_list("at", flat=True))
