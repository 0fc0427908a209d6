"""The two lists of bajas: to be executed, and executed."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo import clock
from arraigo.terminations.models import Termination
from arraigo.web import matching
from arraigo.web.customers.lists import zones
from arraigo.web.filters import Choice, Days, Filter, Flag, Words
from arraigo.web.lists import Column, List


def _late(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(return_by__lt=clock.today())


ASKED, DONE = pgettext_lazy("a termination", "Requested"), pgettext_lazy("a termination", "Executed")
TERMINATION = (
    Column("number", _("Termination"), ("number",), lambda row: row.number),
    Column("case", _("Case"), (), lambda row: row.case_number, shown=False),
    Column("customer", _("Customer"), ("customer__name",), lambda row: row.customer.name),
    Column("product", _("Product"), ("product__number",), lambda row: str(row.product)),
    Column("zone", _("Zone"), (), lambda row: str(row.customer.zone or ""), shown=False),
    Column("reason", _("Reason"), ("reason",), lambda row: row.get_reason_display()),
)
REQUESTED = Column(
    "requested",
    ASKED,
    ("requested_at",),
    lambda row: row.requested_at,
    css="num",
    nullable=True,
)
FILTERS: tuple[Filter, ...] = (
    Words("words", _("Customer, termination or case"), matching.by("number", "receipt", "case_number")),
    Choice("reason", _("Reason"), Termination.Reason.choices),
    Choice("zone", _("Zone"), zones, field="customer__zone"),
)

WAITING = List(
    name="terminations-waiting",
    label=_("Terminations to execute"),
    row="billing/termination_waiting_row.html",
    sort="requested",
    empty=_("No termination waits."),
    columns=(
        *TERMINATION,
        Column("items", _("To be returned"), (), lambda row: ", ".join(row.return_items)),
        Column("by", _("Return by"), ("return_by",), lambda row: row.return_by, css="num", nullable=True),
        REQUESTED,
        Column("actions", ""),
    ),
    filters=(
        *FILTERS,
        Days("requested", ASKED, "requested_at"),
        Flag("late", _("To be returned by a day that has passed"), _late),
    ),
)
EXECUTED = List(
    name="terminations-executed",
    label=_("Terminations executed"),
    row="billing/termination_executed_row.html",
    sort="-executed",
    empty=_("No termination was executed yet."),
    columns=(
        *TERMINATION,
        Column("returned", _("Returned"), (), lambda row: ", ".join(row.returned_items or [])),
        Column("missing", _("Not returned"), (), lambda row: ", ".join(row.missing_items)),
        replace(REQUESTED, shown=False),
        Column(
            "executed",
            DONE,
            ("executed_at",),
            lambda row: row.executed_at,
            css="num",
        ),
    ),
    filters=(*FILTERS, Days("executed", DONE, "executed_at")),
)
