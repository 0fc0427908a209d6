"""The case's own fields as they were before a step that is taken back, by what the history tells."""

import datetime as dt
from collections.abc import Iterable, Sequence

from arraigo.eventlog.models import Event
from arraigo.retention.clocks import COMPLETED, METER, UNDONE
from arraigo.retention.models import Offer, RetentionCase
from arraigo.retention.telling import APPROVALS

AGREED = (Offer.Answer.ACCEPTED, Offer.Approval.APPROVED)
"""Outcomes of the steps with which the customer has what was offered."""


def restore(case: RetentionCase, element: str) -> None:
    """Running, what was accepted, whether a firm "no" was said: as before the last completion of `element`.

    Asked before the undo itself is told. Saves the case.
    """
    events = list(Event.objects.filter(case_number=case.number, kind__startswith="case.").order_by("id"))
    standing, undone = _parted(events, element)
    case.outcome, case.closed_at = RetentionCase.Outcome.RUNNING, None
    if case.accepted_at:
        case.accepted_at = next((step.at for step in reversed(standing) if _is_agreed(step)), None)
    _restore_meter(case, [event for event in events if METER in event.data], {step.pk for step in undone})
    case.save(update_fields=["outcome", "closed_at", "accepted_at", "firm_no_at", "firm_no_ended_at"])


def _parted(events: Iterable[Event], element: str) -> tuple[Sequence[Event], Sequence[Event]]:
    """The completions that stand, oldest first, and those that are taken back: the last one of `element`, with its
    approval. One that was taken back before is in neither."""
    standing: list[Event] = []
    for event in events:
        if event.kind == COMPLETED:
            standing.append(event)
        elif event.kind == UNDONE:
            standing = standing[: _last(standing, event.data["element"])]
    place = _last(standing, element)
    return standing[:place], standing[place:]


def _last(steps: Sequence[Event], element: str) -> int:
    """The place of the last completion of `element`; behind them all where there is none."""
    return max((place for place, step in enumerate(steps) if step.data["element"] == element), default=len(steps))


def _is_agreed(step: Event) -> bool:
    return step.data["outcome"] in AGREED and not set(APPROVALS) & set(step.data.get("opened", []))


def _restore_meter(case: RetentionCase, told: Sequence[Event], undone: set[int]) -> None:
    """The meter runs on where what was `undone` had ended it; where that had begun it, it is as it was before.

    `told`: the events that tell of the meter, as it stood then, empty where an undo left none; `undone`: ids of events.
    """
    if case.firm_no_at is None:
        return
    said_at = case.firm_no_at.isoformat()
    this = [place for place, event in enumerate(told) if event.data[METER].get("said_at") == said_at]
    if this and told[this[0]].pk in undone:
        before = told[this[0] - 1].data[METER] if this[0] else {}
        case.firm_no_at, case.firm_no_ended_at = (
            dt.datetime.fromisoformat(before[name]) if name in before else None for name in ("said_at", "ended_at")
        )
    elif case.firm_no_ended_at and any(
        told[place].pk in undone and told[place].data[METER].get("ended_at") == case.firm_no_ended_at.isoformat()
        for place in this
    ):
        case.firm_no_ended_at = None
