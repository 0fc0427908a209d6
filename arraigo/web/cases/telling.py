"""The case's history in sentences."""

import datetime as dt
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.desk.models import Callback
from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import NotSolved
from arraigo.insight.models import Judgement
from arraigo.orders.models import Pause
from arraigo.retention.models import Reason
from arraigo.retention.registry import elements, handler
from arraigo.retention.staying import StayReason
from arraigo.tickets.models import TroubleTicket
from arraigo.web.templatetags.show import full_moment

KINDS: dict[str, Promise] = {
    "case.firm_no": _("The customer said a firm no"),
    "receipt.issued": _("Receipt issued"),
    "receipt.sent": _("Receipt given out to be sent to the customer"),
    "case.opened": _("The customer asked to leave: case opened"),
    "case.insisted": _("The customer insists on leaving"),
    "case.stayed": _("The customer stays after all"),
    "case.stayed_as_is": _("The customer stayed and wanted nothing more"),
    "case.closed_elsewhere": _("Closed by something that happened elsewhere"),
    "callback.noted": _("A call to the customer was noted"),
    "callback.done": _("The customer was called back"),
    "case.undone": _("A step was taken back"),
    "case.handed_over": _("The case was handed over"),
    "case.taken_over": _("Another team took the case over: the customer came there"),
    "case.reassigned": _("Handed over"),
    "case.judged": _("Judged whether the customer was kept"),
    "case.judgement_withdrawn": _("Judgement withdrawn: the termination was taken back"),
    "photo.added": _("Photo added"),
    "photo.removed": _("Photo removed"),
    "ticket.disputed": _("The customer disputes the solution"),
    "ticket.followed_up": _("The customer followed up the ticket"),
    "case.woken": _("The time has come: a control is due"),
    "billing_claim.entered": _("Billing claim entered"),
    "billing_claim.applied": _("Billing claim applied"),
    "billing_claim.refused": _("Billing refused the claim"),
    "billing_claim.cancelled": _("Billing claim cancelled"),
    "credit.placed": _("A credit that waited stands on a bill"),
    "product_order.ordered": _("Request entered"),
    "product_order.completed": _("Request carried out"),
    "product_order.cancelled": _("Request cancelled"),
    "work_order.ordered": _("Work order created"),
    "work_order.followed": _("A priority order follows the one that could not be solved"),
    "work_order.assigned": _("Technician assigned"),
    "work_order.swapped": _("Technicians exchanged"),
    "work_order.started": _("The technician began"),
    "work_order.paused": _("The 24 hours stand still"),
    "work_order.resumed": _("The 24 hours run on"),
    "work_order.escalated": _("The 24 hours run out: who must know was told"),
    "work_order.completed": _("Work order closed"),
    "work_order.failed": _("Could not be solved on site"),
    "work_order.cancelled": _("Work order cancelled"),
    "print_batch.printed": _("Work orders printed"),
    "print_batch.reprinted": _("Work orders printed again"),
    "trip.begun": _("The technician set out"),
    "trip.absent": _("Nobody was at home"),
    "visit.begun": _("The technician arrived"),
    "visit.recorded": _("Visit recorded"),
    "visit.reopened": _("Back from the signature to the visit"),
    "papers.signed": _("Documents signed"),
    "papers.frozen": _("Document kept as it was signed"),
    "papers.refused": _("The customer refused to sign"),
    "papers.absent": _("Nobody was there to sign"),
    "quality_control.scheduled": _("Quality control planned"),
    "quality_control.moved": _("Quality control moved"),
    "quality_control.replaced": _("Quality control replaced by a later one"),
    "quality_control.attempted": _("Customer called"),
    "quality_control.decided": _("Quality control decided"),
    "quality_control.cancelled": _("Quality control cancelled"),
    "courtesy.granted": _("Courtesy granted"),
    "courtesy.started": _("Courtesy started"),
    "courtesy.ended": _("Courtesy ended"),
    "courtesy.withdrawn": _("Courtesy withdrawn"),
    "promise.kept": _("A promise was kept"),
    "promise.broken": _("A promise was broken"),
    "promise.kept_late": _("What was promised was done late"),
    "promise.cancelled": _("A promise was cancelled"),
    "termination.requested": _("Termination registered"),
    "termination.withdrawn": _("Termination withdrawn"),
    "termination.executed": _("Termination executed"),
    "termination.returned": _("Equipment returned"),
    "product.terminated": _("Product ended"),
    "ticket.opened": _("Ticket opened"),
    "ticket.state_changed": _("Ticket moved on"),
    "ticket.solution_confirmed": _("Solution confirmed, up to this ticket"),
    "message.sent": _("The customer was sent a message"),
    "message.failed": _("A message to the customer could not be delivered"),
    "message.uncertain": _("A message to the customer had no answer"),
    "plant_message.sent": _("Plant was sent an e-mail"),
    "plant_message.failed": _("The e-mail to plant could not be delivered"),
    "plant_message.uncertain": _("The e-mail to plant had no answer"),
    "message.resent": _("A message was sent again"),
    "message.settled": _("A message was settled by hand"),
    "command.failed": _("The commercial system refused a command"),
    "command.uncertain": _("A command to the commercial system had no answer"),
    "command.resent": _("A command was sent again"),
    "command.settled": _("A command was settled by hand"),
}
OUTCOMES: dict[str, Promise] = {
    "accepted": _("accepted"),
    "refused": _("not accepted"),
    "approved": _("approved"),
    "passed": _("passed"),
    "failed": _("failed"),
    "not_reached": _("not reached"),
    "solved": _("solved"),
    "not_solved": _("not solved"),
    "repeat_fault": _("repeated fault"),
    "no_repeat_fault": _("no repeated fault"),
    "evaluated": _("evaluated"),
    "granted": _("granted"),
    "denied": _("not granted"),
    "cancelled": _("cancelled"),
}
DECISIONS = ("approve", "override")
"""How the elements begin in which somebody of the house decides, not the customer."""
WORTH_TELLING = ("reason", "words", "because", "number", "work_order", "cause", "to")
"""Texts of an event's data that its line repeats."""

NOT_FOR_ALL = ("step_01", "because")
"""Names the Central de Riesgos: shown with the review, to whom may see it, and the look is logged."""


CODES = (Reason, StayReason, Judgement.Because, Callback.Cause, NotSolved, Pause.Reason)
"""Codes that a text of an event may be; they are told by their names."""


def what(event: Event) -> str:
    """What happened, as a short title."""
    if event.kind == "case.opened" and event.data.get("proactive"):
        return str(_("We called the customer: case opened"))
    if event.kind == "work_order.started" and event.data.get("before_hour"):
        return str(_("The technician began before the hour for which the customer had asked"))
    if event.kind == "case.step_completed":
        element = event.data.get("element", "")
        if element == "step_15":
            return str(_("15. Evaluated by commercial management"))
        return str(handler(element).title) if element in elements() else element
    return str(KINDS.get(event.kind, event.kind))


def outcome(value: str, element: str = "") -> str:
    """The outcome of a step as a word for people; nothing for the plain "done". `element` is the step's."""
    if value == "refused" and element.startswith(DECISIONS):
        return str(_("not approved"))
    return str(OUTCOMES[value]) if value in OUTCOMES else ""


def details(event: Event) -> list[str]:
    """The lines below the title: outcome and the texts worth repeating."""
    data: dict[str, Any] = event.data
    told = [outcome(data.get("outcome", ""), data.get("element", ""))]
    worth = [name for name in WORTH_TELLING if (data.get("element"), name) != NOT_FOR_ALL]
    told += [_words(data[name]) for name in worth if isinstance(data.get(name), str)]
    if event.kind == "ticket.state_changed":
        told.append(str(TroubleTicket.Status(data["after"]).label))
    if event.kind == "callback.noted":
        told.insert(0, full_moment(dt.datetime.fromisoformat(data["due_at"])))
    return [line for line in told if line]


def _words(text: str) -> str:
    """A text of an event; codes of reasons by their names."""
    found = next((codes(text) for codes in CODES if text in codes.values), None)
    return str(found.label) if found else text
