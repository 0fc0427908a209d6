"""The kinds of messages as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Promise] = {
    "visit.ordered": _("Visit agreed"),
    "visit.rescheduled": _("Visit put off"),
    "visit.resumed": _("Visit taken up again"),
    "visit.on_the_way": _("Technician on the way"),
    "visit.not_solved": _("Visit that could not solve it"),
    "visit.to_plant": _("Order routed to plant"),
    "visit.papers": _("Copy of the signed papers"),
    "bill_waiver.applied": _("Month not charged"),
    "compensation.applied": _("Compensation applied"),
    "courtesy.started": _("Courtesy started"),
    "courtesy.ending": _("Courtesy about to end"),
    "termination.receipt": _("Receipt of a termination"),
    "promises.receipt": _("Receipt of what was promised"),
    "notice": _("Notice to staff"),
    "monthly_report": _("Monthly report of the indicator"),
}


def kind_name(kind: str) -> str:
    """The name of a kind of message; the kind itself where it has none."""
    return str(NAMES.get(kind, kind))
