"""What plant is told of an order that could not be solved on site (7.1, 8)."""

from django.utils.translation import gettext as _

from arraigo.documents.values import moment, paper_language, phone
from arraigo.fieldwork.models import NotSolved
from arraigo.messages import actions as messages
from arraigo.orders.models import WorkOrder

KIND = "visit.to_plant"


def tell(failed: WorkOrder, following: WorkOrder, note: str) -> str:
    """Write to plant what the visit of `failed` found and what to mend before `following`; to which address.

    Empty, and nothing is written, where the centre has none: the supervisor tells plant.
    """
    center = failed.operations_center
    if center is None or not center.plant_email:
        return ""
    with paper_language():
        subject = _("Work order %(order)s could not be solved on site") % {"order": failed.number}
        body = _body(failed, following, note)
    messages.send_to_office(
        center.plant_email, KIND, subject=subject, body=body, case_number=failed.case_number, reference=failed.number
    )
    return center.plant_email


def _body(failed: WorkOrder, following: WorkOrder, note: str) -> str:
    where = " · ".join(filter(None, [failed.customer.address, str(failed.zone or "")]))
    told = [
        (_("Work order"), failed.number),
        (_("Address"), where or "—"),
        (_("Customer"), f"{failed.customer.name} · {phone(failed.contact_phone)}"),
        (_("Not solved because"), str(dict(NotSolved.choices).get(failed.cause, failed.cause)) or "—"),
        (_("Findings"), failed.visit.findings or "—"),
        (_("Note for plant"), note.strip()),
        (_("Second visit"), _("%(order)s, due %(due)s") % {"order": following.number, "due": moment(following.due_at)}),
    ]
    return "\n".join(f"{name}: {value}" for name, value in told)
