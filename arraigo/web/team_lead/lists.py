"""What is open in a team, as a list."""

from django.utils.translation import gettext_lazy as _

from arraigo.people.models import Role
from arraigo.web.filters import Choice, Days, Words
from arraigo.web.lists import Column, List
from arraigo.web.tray.lists import MATCHING

TASKS = List(
    name="team-tasks",
    label=_("What is open in my team"),
    row="team_lead/task_row.html",
    empty=_("Nothing is open."),
    columns=(
        Column("task", _("Task"), ("element",), lambda row: str(row.title)),
        Column("customer", _("Customer"), ("instance__case__customer__name",), lambda row: row.case.customer.name),
        Column("case", _("Case"), ("instance__key",), lambda row: row.case.number),
        Column("since", _("Since"), ("created_at",), lambda row: row.item.created_at),
        Column("due", _("Due"), ("due_at",), lambda row: row.item.due_at, css="num", nullable=True),
        Column("whose", _("Whose"), ("assignee__last_name",), lambda row: row.whose, nullable=True),
    ),
    filters=(
        Words("words", _("Customer or case number"), MATCHING),
        Choice(
            "role", _("Role"), [(Role.ADVISOR.value, Role.ADVISOR.label), (Role.TEAM_LEAD.value, Role.TEAM_LEAD.label)]
        ),
        Choice("priority", _("Priority"), ((2, _("Re-opened")), (1, _("VIP")), (0, _("Ordinary")))),
        Days("since", _("Opened"), "created_at"),
    ),
)
