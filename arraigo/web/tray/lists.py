"""The tray as a list."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arraigo.compiled import compiled, counted
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.retention import queries
from arraigo.retention.models import Reason
from arraigo.web import matching
from arraigo.web.filters import Choice, Flag, Words
from arraigo.web.lists import COUNTED, ROWS, Column, List

MATCHING = matching.by("instance__key", customer="instance__case__customer")
"""The tasks of the case of a number, or of the customers that fit the text."""


def items(user: User, role: str) -> QuerySet[WorkItem]:
    """The tray's items with what a line shows of each."""
    return queries.tray(user, role).select_related("instance__case__customer__zone", "assignee")


@compiled
def first_items(user: User, role: str) -> QuerySet[WorkItem]:
    """The first page of `items`, and one more."""
    return items(user, role)[: ROWS + 1]


@counted
def some(user: User, role: str) -> QuerySet[WorkItem]:
    """As many of `items` as are counted."""
    return queries.tray(user, role).order_by()[: COUNTED + 1]


def tray(role: str) -> List:
    """The tray of a role; each role's choice is remembered by itself."""
    return List(
        name=f"tray-{role}",
        label=_("My tray"),
        row="tray/row.html",
        empty=_("Nothing waits for you."),
        columns=COLUMNS,
        filters=(*FILTERS, TO_PLANT) if role == Role.OPERATIONS_SUPERVISOR else FILTERS,
    )


COLUMNS = (
    Column("task", _("Task"), ("element",), lambda row: row.title),
    Column("customer", _("Customer"), ("instance__case__customer__name",), lambda row: row.case.customer.name),
    Column("case", _("Case"), ("instance__key",), lambda row: row.case.number),
    Column("owner", _("Owner"), (), lambda row: str(row.item.assignee or "")),
    Column("since", _("Since"), ("created_at",), lambda row: row.item.created_at),
    Column("due", _("Due"), ("due_at",), lambda row: row.item.due_at, css="num", nullable=True),
)
FILTERS = (
    Words("words", _("Customer or case number"), MATCHING),
    Choice("priority", _("Priority"), ((2, _("Re-opened")), (1, _("VIP")), (0, _("Ordinary")))),
    Choice("reason", _("Reason"), Reason.choices, "instance__case__reason"),
)
TO_PLANT = Flag("plant", _("To route to plant"), lambda rows: rows.filter(element="route_to_plant"))
"""Where the board's figure leads."""
