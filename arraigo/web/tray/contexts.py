"""Page data of the trays."""

from dataclasses import dataclass

from django.utils.functional import Promise

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.retention import queries
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import handler


@dataclass(frozen=True)
class Row:
    """One thing to do, as a line of the tray."""

    item: WorkItem
    case: RetentionCase
    title: str | Promise
    mine: bool


def rows(user: User, role: str, *, page: int, size: int) -> tuple[list[Row], bool]:
    """The lines of one page of the tray, and whether more follow. One query."""
    start = (page - 1) * size
    items = queries.tray(user, role).select_related("instance__case__customer__zone")
    found = list(items[start : start + size + 1])
    shown = [
        Row(item, item.instance.case, handler(item.element).title, item.assignee_id == user.pk) for item in found[:size]
    ]
    return shown, len(found) > size
