"""Reads of quality controls."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

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


class NotCounted(models.TextChoices):
    """Why a call in vain is no attempt in the sense of the rule."""

    DAY = "day", _("not a business day")
    HOUR = "hour", _("outside the call hours")
    SAME_WINDOW = "same_window", _("the same window was called before")
    SAME_HOURS = "same_hours", _("another time of the day is needed")


@dataclass(frozen=True)
class Tried:
    """How far the calls of a control have come."""

    rule: ContactRule
    calls: int = 0
    """Calls without an answer that count."""
    windows: frozenset[int] = frozenset()
    """The different windows of the day in which they fell."""
    last: dt.datetime | None = None
    """The last one that counts."""
    verdicts: tuple[tuple[dt.datetime, NotCounted | None], ...] = ()
    """Each call with why it does not count; None where it does."""

    @property
    def enough(self) -> bool:
        """Whether "not reached" is a verdict now."""
        return self.calls >= self.rule.attempts and not self.windows_missing

    @property
    def windows_missing(self) -> int:
        """How many more windows of the day must be tried."""
        return max(self.rule.windows_needed - len(self.windows), 0)

    @property
    def needs_other_hours(self) -> bool:
        """Whether only a window of the day that was not tried yet still counts."""
        return 0 < self.windows_missing >= self.rule.attempts - self.calls

    def then(self, moment: dt.datetime, *, business_day: bool) -> "Tried":
        """The same after one more call in vain, at `moment`."""
        window, why = self.rule.window_of(moment), self._why_not(moment, business_day)
        verdicts = (*self.verdicts, (moment, why))
        if why or window is None:
            return replace(self, verdicts=verdicts)
        return replace(self, calls=self.calls + 1, windows=self.windows | {window}, last=moment, verdicts=verdicts)

    def _why_not(self, moment: dt.datetime, business_day: bool) -> NotCounted | None:
        window = self.rule.window_of(moment)
        if not business_day:
            return NotCounted.DAY
        if window is None:
            return NotCounted.HOUR
        if self.last and self._place(self.last) == self._place(moment):
            return NotCounted.SAME_WINDOW
        return NotCounted.SAME_HOURS if self.needs_other_hours and window in self.windows else None

    def _place(self, moment: dt.datetime) -> tuple[dt.date, int | None]:
        return clock.local(moment).date(), self.rule.window_of(moment)


class Planner:
    """Says which calls count and when the next one does: in a window of a business day, once in each.

    Reads the holidays once, for any number of controls: from the day of `since`, the earliest call, on.
    """

    AHEAD = dt.timedelta(days=30)

    def __init__(self, rule: ContactRule, now: dt.datetime, since: dt.datetime | None = None) -> None:
        self.rule, self.now = rule, now
        self._today = clock.local(now).date()
        first = min(self._today, clock.local(since).date()) if since else self._today
        self._days = workdays.business_days(first, self._today + self.AHEAD)

    def tried(self, moments: Iterable[dt.datetime]) -> Tried:
        """What the calls at `moments`, made in vain, come to."""
        tried, days = Tried(self.rule), set(self._days)
        for moment in sorted(moments):
            tried = tried.then(moment, business_day=clock.local(moment).date() in days)
        return tried

    def next_call(self, tried: Tried) -> tuple[dt.datetime, dt.datetime]:
        """The next window in which a call counts, from its begin (or now, where it runs) to its end."""
        slots = (
            (begin, end)
            for day in self._days
            if day >= self._today
            for number, (begin, end) in self._windows(day)
            if end > self.now
            and not (tried.needs_other_hours and number in tried.windows)
            and not (tried.last and begin <= tried.last <= end)
        )
        begin, end = next(slots)
        return max(begin, self.now), end

    def _windows(self, day: dt.date) -> Iterable[tuple[int, tuple[dt.datetime, dt.datetime]]]:
        for number, (begin, end) in enumerate(self.rule.windows):
            moments = (dt.datetime.combine(day, hour, clock.LA_PAZ).astimezone(dt.UTC) for hour in (begin, end))
            yield number, (next(moments), next(moments))


def planner_for(rule: ContactRule, calls: Sequence[dt.datetime]) -> Planner:
    """The planner of now that can judge `calls`. One query."""
    return Planner(rule, clock.now(), min(calls, default=None))


def pending(kind: str | None = None) -> QuerySet[QualityControl]:
    """Controls not decided yet, the earliest due first."""
    controls = QualityControl.objects.filter(verdict=Verdict.PENDING)
    if kind is not None:
        controls = controls.filter(kind=kind)
    return controls.select_related("customer", "work_order").order_by("due_at", "id")


def overdue(now: dt.datetime) -> QuerySet[QualityControl]:
    """Undecided controls whose time is over, the longest overdue first."""
    return pending().filter(due_at__lt=now)


@compiled
def all_of_case(case_number: str) -> QuerySet[QualityControl]:
    """The controls of a case with who decided them, oldest first, as a list."""
    return QualityControl.objects.filter(case_number=case_number).select_related("decided_by").order_by("id")


def last_failed(case_number: str) -> QualityControl | None:
    """The control that failed last in a case, with who decided it: what whoever takes the case up again must know."""
    failed = QualityControl.objects.filter(case_number=case_number, verdict=Verdict.FAILED)
    return failed.select_related("decided_by").order_by("-id").first()


def failed_attempts(control: QualityControl) -> list[dt.datetime]:
    """When the customer was called for `control` without being reached."""
    return list(control.attempts.filter(reached=False).values_list("at", flat=True))
