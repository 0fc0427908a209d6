"""The commands to the commercial system as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Promise] = {
    "bill_adjustment.apply": _("bill adjustment"),
    "product_order.create": _("new request"),
    "product_order.cancel": _("cancellation of a request"),
    "work_order.create": _("new work order"),
    "work_order.cancel": _("cancellation of a work order"),
    "courtesy.activate": _("start of a courtesy"),
    "courtesy.withdraw": _("end of a courtesy"),
    "termination.request": _("registration of a termination"),
    "termination.withdraw": _("withdrawal of a termination"),
    "trouble_ticket.resolve": _("solution of a trouble ticket"),
    "trouble_ticket.reopen": _("trouble ticket taken up again"),
}


def name(kind: str) -> str:
    """The name of a kind of command; the kind itself where it has none."""
    return str(NAMES.get(kind, kind))
