"""Notices to staff: written in the transaction of what they tell of, read by their owner."""

from collections.abc import Iterable
from typing import Any

from arraigo import clock
from arraigo.messages import queries
from arraigo.messages.models import Notice
from arraigo.messages.sentences import SENTENCES
from arraigo.people.models import User


def notify(user: User, kind: str, data: dict[str, Any], case_number: str = "") -> Notice:
    """Tell `user` of something. `data` (JSON, amounts as text) fills the sentence of `kind`."""
    return notify_all([user], kind, data, case_number)[0]


def notify_all(users: Iterable[User], kind: str, data: dict[str, Any], case_number: str = "") -> list[Notice]:
    """As `notify`, for several people with one statement."""
    if kind not in SENTENCES:
        raise ValueError(f"No sentence for notices of kind {kind!r}: add it to messages.sentences.")
    now = clock.now()
    return Notice.objects.bulk_create(
        Notice(user=user, kind=kind, data=data, case_number=case_number, at=now) for user in users
    )


def mark_read(user: User, notice_ids: Iterable[int] | None = None) -> int:
    """Mark the notices of `user` as read: those named, or all; how many were unread."""
    notices = queries.unread(user)
    if notice_ids is not None:
        notices = notices.filter(pk__in=list(notice_ids))
    return notices.update(read_at=clock.now())
