"""Page data of the trays."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arraigo.customers.models import Customer
from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import handler
from arraigo.web import links
from arraigo.web.templatetags.ui import state


@dataclass(frozen=True)
class Row:
    """One thing to do, as a line of the tray."""

    item: WorkItem
    case: RetentionCase
    customer: Customer
    title: str
    url: str
    case_url: str
    mark: str
    """Why it stands above others: re-opened, or VIP."""
    place: str
    """The customer's number and zone."""
    reason: str
    owner: str


def rows(items: Iterable[WorkItem], user: User) -> list[Row]:
    """The items as lines of the tray of `user`. No query."""
    return [_row(item, user) for item in items]


def _row(item: WorkItem, user: User) -> Row:
    case = item.instance.case
    customer = case.customer
    return Row(
        item, case, customer,
        title=str(handler(item.element).title),
        url=links.to("step", case.number, item.pk),
        case_url=links.to("case", case.number),
        mark=mark(item.priority),
        place=f"{customer.number} · {customer.zone}" if customer.zone else customer.number,
        reason=case.get_reason_display(),
        owner=_("me") if item.assignee_id == user.pk else str(item.assignee or _("the whole unit")),
    )  # fmt: skip


def mark(priority: int) -> str:
    """Why a task stands above others, as a label; "" for what does not."""
    marks = {2: ("failed", _("Re-opened")), 1: ("waiting", _("VIP"))}
    return state(*marks[priority]) if priority in marks else ""
