"""What the board shows beside its list: tiles, the load of technicians and zones, the last batches."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.orders.escalation import part_gone
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.retention import board
from arraigo.web import links
from arraigo.web.operations import access
from arraigo.web.operations.forms import HandOverForm
from arraigo.web.operations.lists import SITUATIONS
from arraigo.web.templatetags.show import hours_left, span, symptom, urgency
from arraigo.web.templatetags.ui import state

LAST_BATCHES = 8
NOTHING = dt.timedelta()
WHOLE = 100
TONES = {"late": "danger", "soon": "warning", "failed_control": "danger", "unassigned": "warning"}


@dataclass(frozen=True)
class Tile:
    """How many orders are in a situation; it opens them."""

    key: str
    label: Promise
    count: int

    @property
    def tone(self) -> str:
        return TONES.get(self.key, "") if self.count else ""


def page(user: User, given: QueryDict) -> dict[str, Any]:
    """Everything but the list. `given` puts back the boxes and the technician of a refused form."""
    centers, now = access.centers(user), clock.now()
    counted = board.counts(centers, now)
    technicians: list[Any] = board.technicians(centers, now)
    return {
        "total": counted["all"],
        "to_route": board.to_route(centers),
        "tiles": [Tile(key, label, counted[key]) for key, label in SITUATIONS.items()],
        "technicians": technicians,
        "most": max([technician.load for technician in technicians] or [0]),
        "zones": board.zones(centers, now),
        "batches": list(access.batches(user)[:LAST_BATCHES]),
        "form": HandOverForm(centers, initial={"technician": given.get("give", "")}).of(technicians),
        "ticked": set(given.getlist("order")),
        "everything": "everything" in given,
        "most_at_once": access.MOST_AT_ONCE,
        "centers": sorted({str(each.unit) for each in user.own_memberships if each.unit_id in centers}),
    }


def rows(orders: list[WorkOrder]) -> list[WorkOrder]:
    """The orders of one page with their causes, what is left of the hours, and the part that is gone (0 to 100)."""
    keys, now = [order.pk for order in orders], clock.now()
    symptoms, batches = _by_order(board.symptoms(keys)), _by_order(board.batches(keys))
    for order in orders:
        shown: Any = order
        shown.causes = list(dict.fromkeys(symptom(each) for each in symptoms[order.pk] if each))
        shown.batches = batches[order.pk]
        until = shown.paused_since or now
        shown.gone = min(WHOLE, max(0, int(part_gone(order, until) * WHOLE)))
        shown.tone = "secondary" if shown.is_paused else urgency(order.due_at)
        shown.case_url = links.to("case", order.case_number)
        shown.marks = _marks(shown)
        shown.left = span(max(order.due_at - until, NOTHING)) if shown.is_paused else hours_left(order.due_at)
    return orders


def _by_order(told: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, word in told:
        found[key].append(word)
    return found


def _marks(order: Any) -> SafeString:
    """Why an order stands out, as coloured words."""
    marks = (
        (order.priority, "failed", _("Priority")),
        (order.control_failed, "failed", _("Control failed")),
        (order.is_repeat, "held", _("Repeat visit")),
    )
    return format_html_join("", "{}", ((state(tone, label),) for holds, tone, label in marks if holds))
