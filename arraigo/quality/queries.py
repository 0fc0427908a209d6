"""Reads of quality controls."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from arraigo import clock
from arraigo.quality.models import QualityControl

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


def pending(kind: str | None = None) -> QuerySet[QualityControl]:
    """Controls not decided yet, the earliest due first."""
    controls = QualityControl.objects.filter(verdict=Verdict.PENDING)
    if kind is not None:
        controls = controls.filter(kind=kind)
    return controls.select_related("customer", "work_order").order_by("due_at", "id")


def of_case(case_number: str) -> QuerySet[QualityControl]:
    """The controls of a case, oldest first."""
    return QualityControl.objects.filter(case_number=case_number).select_related("work_order").order_by("id")


def pending_control(case_number: str, kind: str) -> QualityControl | None:
    """The control of `kind` that a case waits for; the last where a re-opening left several."""
    return of_case(case_number).filter(kind=kind, verdict=Verdict.PENDING).last()


def failed_attempts(control: QualityControl) -> list[dt.datetime]:
    """When the customer was called for `control` without being reached."""
    return list(control.attempts.filter(reached=False).values_list("at", flat=True))
