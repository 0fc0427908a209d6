"""Page data of the trays."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import handler


@dataclass(frozen=True)
class Row:
    """One thing to do, as a line of the tray."""

    item: WorkItem
    case: RetentionCase
    title: str | Promise
    mine: bool


def rows(items: Iterable[WorkItem], user: User) -> list[Row]:
    """The items as lines of the tray of `user`. No query."""
    return [Row(item, item.instance.case, handler(item.element).title, item.assignee_id == user.pk) for item in items]
