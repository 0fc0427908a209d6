"""The board of retention orders as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.network.models import Zone
from arraigo.people.models import User
from arraigo.retention import board
from arraigo.tickets.models import TroubleTicket
from arraigo.web import matching
from arraigo.web.customers.words import SYMPTOMS
from arraigo.web.filters import Choice, Words
from arraigo.web.lists import Column, List

SITUATIONS: dict[str, Promise] = {
    "late": _("Late"),
    "soon": _("Under 4 hours"),
    "unassigned": _("Without technician"),
    "paused": _("Standing still"),
    "unprinted": _("Not printed"),
    "failed_control": _("Control failed"),
    "repeat": _("Repeat visit"),
}
"""Situation (`board.SITUATIONS`) → its name, in the order of the tiles."""


@dataclass(frozen=True)
class Situation(Choice):
    """Orders in one situation."""

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        situation = given.get(self.key)
        return board.in_situation(rows, situation, clock.now()) if situation else rows


@dataclass(frozen=True)
class Cause(Choice):
    """Orders with a fault of one kind among their tickets."""

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        symptom = given.get(self.key)
        tickets = TroubleTicket.objects.filter(work_orders=OuterRef("pk"), symptom=symptom)
        return rows.filter(Exists(tickets)) if symptom else rows


def orders(centers: Sequence[int], technicians: Sequence[User]) -> List:
    """The board of the centres, whose `technicians` are known."""
    return List(
        name="orders",
        label=_("Open retention orders"),
        row="operations/order_row.html",
        empty=_("No open orders in your centre."),
        columns=COLUMNS,
        filters=(
            Words("words", _("Order, case or customer"), matching.by("number", "case_number")),
            Situation("situation", _("Situation"), tuple(SITUATIONS.items())),
            Choice("zone", _("Zone"), lambda: _zones(centers)),
            Cause("cause", _("Cause"), SYMPTOMS),
            Choice("assigned", _("Technician"), [(each.pk, str(each)) for each in technicians], "technician"),
        ),
        size=board.PAGE,
        above="operations/part_everything.html",
    )


def _zones(centers: Sequence[int]) -> list[tuple[Any, str]]:
    return list(Zone.objects.filter(operations_center__in=centers).order_by("name").values_list("pk", "name"))


COLUMNS = (
    Column("choose", _("Choose")),
    Column("left", _("Hours left"), ("is_paused", "due_at"), lambda order: order.due_at),
    Column("number", _("Order"), ("number",), lambda order: order.number),
    Column("customer", _("Customer"), ("customer__name",), lambda order: order.customer.name),
    Column("zone", _("Zone"), ("zone__name",), lambda order: str(order.zone or ""), nullable=True),
    Column("cause", _("Cause"), (), lambda order: ", ".join(order.causes)),
    Column(
        "technician",
        _("Technician"),
        ("technician__first_name", "technician__last_name"),
        lambda order: str(order.technician or ""),
        nullable=True,
    ),
    Column("state", _("State"), ("state",), lambda order: order.get_state_display()),
    Column("actions", ""),
)
