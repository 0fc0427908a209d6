"""What waits for the head of team's word, and what was decided, as lists."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, ExpressionWrapper, OuterRef, QuerySet, Subquery
from django.db.models.fields import DateTimeField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.retention.models import Offer, Override
from arraigo.retention.registry import handler
from arraigo.web.cases.access import cases, units_as
from arraigo.web.filters import Choice, Days, Filter, Words
from arraigo.web.lists import Column, List
from arraigo.web.team_lead import access
from arraigo.web.tray.lists import MATCHING

WELL = ("approved", "granted")
"""Outcomes of what was approved or authorised."""
MOMENT = dt.timedelta(seconds=5)
"""How far apart the moments may lie that one decision wrote down."""


def title(item: WorkItem) -> str:
    """What was asked."""
    return str(handler(item.element).title)


def offered(item: Any) -> str:
    """What it is about: the kind of the offer; nothing where an ineligible customer is to be offered something."""
    return str(Offer.Kind(item.kind).label) if item.kind else ""


@dataclass(frozen=True)
class Row:
    """A decision as a line of its list."""

    item: Any
    title: str
    offered: str
    well: bool

    @property
    def waited(self) -> int:
        """Whole minutes from the question to the decision."""
        return int((self.item.completed_at - self.item.created_at).total_seconds()) // 60


def lines(items: Iterable[Any]) -> list[Row]:
    """A page of decisions as lines. No query."""
    return [Row(item, title(item), offered(item), item.outcome in WELL) for item in items]


def waiting(user: User) -> QuerySet[WorkItem]:
    """What waits for the word of `user`, with the largest amount in Bs that it is about."""
    asked = Offer.objects.filter(case__instance=OuterRef("instance"), approval=Offer.Approval.WAITING)
    return _with_case(access.decisions(units_as(user, Role.TEAM_LEAD)), asked)


def taken(user: User) -> QuerySet[WorkItem]:
    """What the heads of the teams of `user` decided of cases that are still theirs, with amount in Bs and reason."""
    rows = WorkItem.objects.filter(
        role=Role.TEAM_LEAD, status=WorkItem.Status.COMPLETED, unit__in=units_as(user, Role.TEAM_LEAD),
        element__in=access.DECISIONS,
    ).filter(Exists(cases(user).filter(instance=OuterRef("instance"))))  # fmt: skip
    offers = _of_the_item(Offer.objects.all(), "approved_at")
    granted = _of_the_item(Override.objects.all(), "at")
    reason = Coalesce(Subquery(offers.values("approval_reason")[:1]), Subquery(granted.values("reason")[:1]))
    return _with_case(rows, offers).annotate(reason=reason).select_related("completed_by")


def _of_the_item(rows: QuerySet[Any], moment: str) -> QuerySet[Any]:
    """Those of the case that the decision wrote: at its moment, after it was asked for."""
    until = ExpressionWrapper(OuterRef("completed_at") + MOMENT, output_field=DateTimeField())
    at = {f"{moment}__gte": OuterRef("created_at"), f"{moment}__lte": until}
    return rows.filter(case__instance=OuterRef("instance"), **at)


def _with_case(rows: QuerySet[WorkItem], offers: QuerySet[Offer]) -> QuerySet[WorkItem]:
    largest = offers.order_by("-amount", "id")
    rows = rows.annotate(amount=Subquery(largest.values("amount")[:1]), kind=Subquery(largest.values("kind")[:1]))
    return rows.select_related("instance__case__customer", "instance__case__owner")


DECISION = (
    Column("what", _("Decision"), ("element",), lambda row: row.title),
    Column(
        "customer", _("Customer"), ("instance__case__customer__name",), lambda row: row.item.instance.case.customer.name
    ),
    Column("case", _("Case and advisor"), ("instance__key",), lambda row: row.item.instance.case.number),
    Column("advisor", _("Advisor"), (), lambda row: str(row.item.instance.case.owner), shown=False),
    Column("offered", _("Offer"), (), lambda row: row.offered, shown=False),
    Column("amount", _("Amount"), ("amount",), lambda row: row.item.amount, css="num", nullable=True),
)
FILTERS: tuple[Filter, ...] = (
    Words("words", _("Customer or case number"), MATCHING),
    Choice(
        "about", _("About"), (("approve", _("Amounts")), ("override", _("Ineligible customers"))), "element__startswith"
    ),
)

WAITING = List(
    name="decisions-waiting",
    label=_("Waiting for your decision"),
    row="team_lead/waiting_row.html",
    sort="since",
    empty=_("Nobody waits for you now."),
    columns=(
        Column("since", _("Waiting since"), ("created_at",), lambda row: row.item.created_at),
        *DECISION,
        Column("actions", ""),
    ),
    filters=(*FILTERS, Days("since", _("Asked"), "created_at")),
)
TAKEN = List(
    name="decisions-taken",
    label=_("Decided"),
    row="team_lead/taken_row.html",
    sort="-decided",
    empty=_("Nothing decided yet."),
    columns=(
        Column("decided", _("Decided"), ("completed_at",), lambda row: row.item.completed_at),
        *DECISION,
        Column("outcome", _("Answer and reason"), ("outcome",), lambda row: str(_("Yes") if row.well else _("No"))),
        Column("reason", _("Reason"), (), lambda row: row.item.reason, shown=False),
        Column("by", _("By"), (), lambda row: str(row.item.completed_by), shown=False),
        Column("waited", _("Minutes waited"), (), lambda row: row.waited, css="num"),
    ),
    filters=(*FILTERS, Days("decided", _("Decided"), "completed_at")),
)
