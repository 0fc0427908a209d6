"""The calls of the day and the overdue controls as lists."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.web import matching
from arraigo.web.filters import Days, Flag, Words
from arraigo.web.lists import Column, List


def _late(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(due_at__lt=clock.now())


def _untried(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(attempts=None)


CALLS = List(
    name="calls",
    label=_("Calls of today"),
    row="controls/call_row.html",
    sort="due",
    empty=_("No calls are due."),
    columns=(
        Column("due", _("Due"), ("due_at",), lambda row: row.control.due_at),
        Column("customer", _("Customer"), ("customer__name",), lambda row: row.control.customer.name),
        Column("phone", _("Phone"), (), lambda row: row.phone),
        Column("control", _("Control and case"), ("kind", "case_number"), lambda row: row.control.case_number),
        Column("attempts", _("Attempts"), (), lambda row: row.tried.calls),
        Column("next", _("Call next"), (), lambda row: row.next_call[0]),
        Column("actions", ""),
    ),
    filters=(
        Words("words", _("Customer or case number"), matching.by("case_number")),
        Flag("late", _("Overdue only"), _late),
        Flag("untried", _("Not called yet"), _untried),
    ),
)

OVERDUE = List(
    name="overdue_controls",
    label=_("Overdue controls"),
    row="controls/overdue_row.html",
    sort="due",
    empty=_("No control is overdue."),
    columns=(
        Column("due", _("Due"), ("due_at",), lambda row: row.control.due_at),
        Column("control", _("Control"), ("kind",), lambda row: row.control.get_kind_display()),
        Column("customer", _("Customer"), ("customer__name",), lambda row: row.control.customer.name),
        Column("case", _("Case"), ("case_number",), lambda row: row.control.case_number),
        Column("attempts", _("Attempts"), (), lambda row: len(row.attempts)),
        Column("last", _("Last call"), (), lambda row: row.attempts[-1][0].at if row.attempts else None),
    ),
    filters=(
        Words("words", _("Customer or case number"), matching.by("case_number")),
        Days("due", _("Due"), "due_at"),
    ),
)
