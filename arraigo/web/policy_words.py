"""The policy's own short names (policy.toml) in words for people: those of the records, and these."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.billing.models import Adjustment, Bill
from arraigo.fieldwork.models import Paper, Task
from arraigo.orders.models import Pause, ProductOrder
from arraigo.products.models import Service, Technology
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TroubleTicket

OWN: dict[str, Promise] = {
    "name": _("name"),
    "services": _("services"),
    "technologies": _("technologies"),
    "warn_technologies": _("technologies with a warning"),
    "warning": _("warning"),
    "devices": _("devices"),
    "devices_max": _("devices at most"),
    "days": _("days"),
    "list_price": _("list price"),
    "cost": _("cost to the operator"),
    "detail": _("with detail"),
    "details": _("details"),
    "choices": _("choices"),
    "unit": _("unit of measure"),
    "least": _("least"),
    "most": _("most"),
    "materials": _("materials"),
    "measured": _("measured after the work"),
    "readings": _("readings required"),
    "before": pgettext_lazy("a reading", "before"),
    "after": pgettext_lazy("a reading", "after"),
    "access_point": _("access point"),
    "network_cable": _("network cable"),
    "coaxial_cable": _("coaxial cable"),
    "telephone_cable": _("telephone cable"),
    "drop_cable": _("drop cable"),
    "connector": _("connector"),
    "rj45": _("RJ45 connector"),
    "rj11": _("RJ11 connector"),
    "pro_rata": _("pro rata"),
    "month": _("month"),
    "credit_next_bill": _("credit on the next bill"),
    "adjustment": _("adjustment on the bill"),
    "vip": _("VIP"),
    "none": _("never"),
    "above": _("above a limit"),
    "always": _("always"),
    "open": _("while a ticket is open"),
    "open_or_disputed": _("while a ticket is open or its solution is disputed"),
    "recurred": _("also where the fault came back after a repair"),
    "requested": _("by the day of the request"),
    "executed": _("by the day of the execution"),
    "monday": _("Monday"),
    "tuesday": _("Tuesday"),
    "wednesday": _("Wednesday"),
    "thursday": _("Thursday"),
    "friday": _("Friday"),
    "saturday": _("Saturday"),
    "sunday": _("Sunday"),
}
RECORDS: tuple[type[TextChoices], ...] = (
    TroubleTicket.Status, Bill.State, Adjustment.Form, ProductOrder.Kind, Pause.Reason, Termination.Reason,
    Technology, Service, Paper, Task,
)  # fmt: skip


def word(code: str) -> str:
    """The word for a short name of the policy; the text itself where it is none."""
    if code in OWN:
        return str(OWN[code])
    return next((str(kind(code).label) for kind in RECORDS if code in kind.values), code)
