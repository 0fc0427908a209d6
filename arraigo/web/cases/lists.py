"""The list of retention cases."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from arraigo.customers import search
from arraigo.people import queries as people
from arraigo.people.models import Unit
from arraigo.retention.models import Reason, RetentionCase
from arraigo.web.filters import Choice, Days, Flag, Words
from arraigo.web.lists import Column, List

MOST_CUSTOMERS = 100


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Cases of that number, or of the customers that fit the text."""
    found = [customer.pk for customer in search.search(text, MOST_CUSTOMERS)]
    return rows.filter(Q(number__iendswith=text) | Q(customer__in=found))


def teams() -> list[tuple[Any, str]]:
    return list(people.units(Unit.Kind.RETENTION_TEAM).values_list("pk", "name"))


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
        Column("team", _("Team"), ("team__name",), lambda case: case.team.name),
        Column("opened", _("Opened"), ("opened_at",), lambda case: case.opened_at, css="num"),
    ),
    filters=(
        Words("words", _("Customer or case number"), matching),
        Choice("outcome", _("Outcome"), RetentionCase.Outcome.choices),
        Choice("reason", _("Reason"), Reason.choices),
        Choice("team", _("Team"), teams),
        Days("opened", _("Opened"), "opened_at"),
        Flag("proactive", _("Proactive"), lambda rows: rows.filter(proactive=True)),
    ),
)
