"""The list of retention cases."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.orders import queries as orders
from arraigo.people import queries as people
from arraigo.people.models import Unit
from arraigo.quality import queries as quality
from arraigo.retention.models import AFTER_NO, REOPENED, Reason, RetentionCase
from arraigo.web import matching
from arraigo.web.filters import Choice, Days, Flag, Pick, Words
from arraigo.web.lists import Column, List


def teams() -> list[tuple[Any, str]]:
    return list(people.units(Unit.Kind.RETENTION_TEAM).values_list("pk", "name"))


def _open(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(closed_at=None)


def _late_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    return _open(rows).filter(Exists(orders.late_orders(clock.now()).filter(case_number=OuterRef("number"))))


def _overdue_control(rows: QuerySet[Any]) -> QuerySet[Any]:
    return _open(rows).filter(Exists(quality.overdue(clock.now()).filter(case_number=OuterRef("number"))))


ATTENTION = (
    ("firm_no", _("After a firm no"), lambda rows: rows.filter(AFTER_NO)),
    ("reopened", _("Re-opened"), lambda rows: rows.filter(REOPENED)),
    ("late_order", _("Late work order"), _late_order),
    ("overdue_control", _("Overdue control"), _overdue_control),
)
"""What the head of team's desk shows the most pressing cases of."""

CASES = List(
    name="cases",
    label=_("Retentions"),
    row="cases/list_row.html",
    sort="-opened",
    empty=_("No cases."),
    columns=(
        Column("number", _("Case"), ("number",), lambda case: case.number),
        Column("customer", _("Customer"), ("customer__name",), lambda case: case.customer.name),
        Column("reason", _("Reason"), ("reason",), lambda case: case.get_reason_display()),
        Column("outcome", _("Outcome"), ("outcome",), lambda case: case.get_outcome_display()),
        Column("owner", _("Owner"), ("owner__first_name", "owner__last_name"), lambda case: str(case.owner)),
        Column("team", _("Team"), ("team__name",), lambda case: case.team.name, shown=False),
        Column("opened", _("Opened"), ("opened_at",), lambda case: case.opened_at, css="num"),
    ),
    filters=(
        Words("words", _("Customer or case number"), matching.by("number")),
        Choice("outcome", _("Outcome"), RetentionCase.Outcome.choices),
        Choice("reason", _("Reason"), Reason.choices),
        Choice("team", _("Team"), teams),
        Days("opened", _("Opened"), "opened_at"),
        Pick("attention", _("Attention"), ATTENTION),
        Flag("proactive", _("Proactive"), lambda rows: rows.filter(proactive=True)),
    ),
)
