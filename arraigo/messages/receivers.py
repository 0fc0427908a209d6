"""What the business records let people know, through their signals: staff, and the customers themselves."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from django.utils.formats import date_format

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.billing.models import BillingClaim
from arraigo.billing.signals import claim_decided
from arraigo.bss.models import Command
from arraigo.bss.signals import command_stuck
from arraigo.documents.values import moment, paper_language, phone
from arraigo.fieldwork.models import Trip
from arraigo.fieldwork.signals import customer_absent, technician_left
from arraigo.messages.actions import notify, notify_all, send_to_customer, take_back
from arraigo.messages.models import Notice
from arraigo.messages.texts import to_return
from arraigo.orders import queries as orders
from arraigo.orders.models import Pause, WorkOrder
from arraigo.orders.progress import BACK_TO
from arraigo.orders.signals import (
    order_assigned,
    order_escalated,
    orders_cancelled,
    visit_not_solved,
    visit_ordered,
    visit_put_off,
    visit_resumed,
)
from arraigo.people.models import Role, User
from arraigo.people.queries import everybody_with, staff_of
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.products.models import Courtesy, Product
from arraigo.products.signals import courtesies_started, courtesies_withdrawn
from arraigo.terminations.models import Termination
from arraigo.terminations.signals import termination_withdrawn, terminations_requested

AGREED = ("visit.ordered", "visit.rescheduled", "visit.resumed")
"""The messages that say when the technician comes: the last one holds."""
LONGEST_WAY = dt.timedelta(hours=2)
"""How long "on the way" may be true: whoever hears it later is misled."""


@receiver(claim_decided, dispatch_uid="notice_of_claim")
def tell_author(sender: Any, claim: BillingClaim, actor: User | None, **_more: Any) -> None:
    """Tell who entered a claim how billing decided; not of what was applied at once."""
    if claim.entered_by is None or not claim.needs_confirmation:
        return
    kind = "claim.refused" if claim.state == BillingClaim.State.REFUSED else "claim.applied"
    data = {"number": claim.number, "amount": str(claim.amount), "reason": claim.reason}
    notify(claim.entered_by, kind, data, claim.case_number)


@receiver(claim_decided, dispatch_uid="message_of_claim")
def tell_of_credit(sender: Any, claim: BillingClaim, **_more: Any) -> None:
    """The waiver or compensation stands on the bill (steps 4 and 13)."""
    if claim.state != BillingClaim.State.APPLIED:
        return
    with paper_language():
        month = date_format(claim.month, r"F \d\e Y")
    data = {
        "producto": claim.product.offering.name,
        "mes": month.lower(),
        "monto": claim.amount,
        "reclamo": claim.number,
    }
    # A corrected waiver may be less than the month: that is still charged in part.
    partly = claim.needs_confirmation and claim.amount < billing.charge(claim.product, claim.month)
    kind = "compensation.applied" if partly else f"{claim.kind}.applied"
    send_to_customer(claim.customer_id, kind, data, case_number=claim.case_number, reference=claim.number)


@receiver(visit_ordered, dispatch_uid="message_of_visit")
def tell_of_visit(sender: Any, order: WorkOrder, products: Sequence[Product], **_more: Any) -> None:
    """A technician comes within the 24 hours (step 5)."""
    data = {
        "orden": order.number,
        "plazo": order.due_at,
        "productos": ", ".join(product.offering.name for product in products),
        "telefono": phone(order.contact_phone),
    }
    _about_visit(order, "visit.ordered", data, until=order.due_at)


@receiver(orders_cancelled, dispatch_uid="message_of_cancelled_visit")
def take_visit_back(sender: Any, orders: Sequence[WorkOrder], **_more: Any) -> None:
    """The visit does not take place: what was not told of it yet is not told."""
    take_back([*AGREED, "visit.on_the_way"], [order.number for order in orders])


@receiver(orders_cancelled, dispatch_uid="notice_of_cancelled_order")
def tell_technician_cancelled(sender: Any, orders: Sequence[WorkOrder], actor: User | None, **_more: Any) -> None:
    """Whoever had the order does not go there any more, and may be on the way."""
    for order in orders:
        if order.technician_id is not None and (actor is None or order.technician_id != actor.pk):
            notify_all([order.technician_id], "work_order.cancelled", {"order": order.number}, order.case_number)


@receiver(visit_put_off, dispatch_uid="message_of_later_visit")
def tell_of_later_visit(sender: Any, order: WorkOrder, pause: Pause, **_more: Any) -> None:
    """The customer asked for a later hour: between when and when the technician comes now (step 7).

    What was not told yet of the hour before is not told any more.
    """
    take_back(AGREED, [order.number])
    due = orders.due_then(order)
    data = {"orden": order.number, "desde": pause.until, "plazo": due, "telefono": phone(order.contact_phone)}
    _about_visit(order, "visit.rescheduled", data, part=f":{pause.pk}", until=due)


@receiver(visit_resumed, dispatch_uid="message_of_resumed_visit")
def tell_of_resumed_visit(sender: Any, order: WorkOrder, pause: Pause, coming: bool, **_more: Any) -> None:
    """The 24 hours run on before the hour asked for, or after an absence: until when the technician comes now.

    Not where the technician is on the way or there: the customer hears that. What was not told yet of the hour
    before is not told any more.
    """
    take_back(AGREED, [order.number])
    if not coming:
        data = {"orden": order.number, "plazo": order.due_at, "telefono": phone(order.contact_phone)}
        _about_visit(order, "visit.resumed", data, part=f":{pause.pk}", until=order.due_at)


@receiver(visit_resumed, dispatch_uid="notice_of_resumed_visit")
def tell_technician_resumed(sender: Any, order: WorkOrder, actor: User | None, **_more: Any) -> None:
    """The technician may go now."""
    if order.technician is not None and order.technician != actor:
        data = {"order": order.number, "due": moment(order.due_at)}
        notify(order.technician, "work_order.resumed", data, order.case_number)


@receiver(visit_put_off, dispatch_uid="notice_of_later_visit")
def tell_technician_later(sender: Any, order: WorkOrder, pause: Pause, **_more: Any) -> None:
    """The technician does not go before the hour for which the customer asked."""
    if order.technician is not None and order.technician != pause.by:
        _tell_hour(order.technician, order, pause)


def _tell_hour(technician: User, order: WorkOrder, pause: Pause) -> None:
    data = {
        "order": order.number,
        "from": moment(pause.until),
        "due": moment(orders.due_then(order)),
        "words": pause.words,
    }
    notify(technician, "work_order.put_off", data, order.case_number)


@receiver(order_assigned, dispatch_uid="notice_of_assignment")
def tell_technician(sender: Any, order: WorkOrder, actor: User | None, **_more: Any) -> None:
    """The order is somebody's now: they are told, unless they took it themselves, and of the hour it waits for."""
    if order.technician is None or order.technician == actor:
        return
    notify(
        order.technician,
        "work_order.assigned",
        {"order": order.number, "due": moment(order.due_at)},
        order.case_number,
    )
    pause = orders.open_pause(order) if order.state in BACK_TO else None
    if pause is not None and pause.until is not None:
        _tell_hour(order.technician, order, pause)


@receiver(order_assigned, dispatch_uid="notice_of_taken_order")
def tell_who_had_it(sender: Any, order: WorkOrder, before: User | None, actor: User | None, **_more: Any) -> None:
    """The order was somebody else's: they are told that it is no longer theirs, unless they gave it away."""
    if before is not None and before != actor:
        data = {"order": order.number, "technician": str(order.technician)}
        notify(before, "work_order.taken", data, order.case_number)


@receiver(order_escalated, dispatch_uid="notice_of_escalation")
def tell_of_escalation(sender: Any, order: WorkOrder, percent: int, level: int, **_more: Any) -> None:
    """Half of the hours: the technician; three quarters: the supervisors too; the end: their head too.

    An order that nobody has concerns the supervisors at once.
    """
    people = [order.technician] if order.technician else []
    if order.operations_center and (level or not people):
        people += staff_of(order.operations_center, Role.OPERATIONS_SUPERVISOR)
    if level > 1 and order.operations_center and order.operations_center.head:
        people.append(order.operations_center.head)
    data = {
        "order": order.number,
        "part": f"{percent} %",
        "due": moment(order.due_at),
        "technician": str(order.technician or "—"),
    }
    kind = "work_order.late" if percent >= 100 else "work_order.due"
    notify_all(dict.fromkeys(people), kind, data, order.case_number)


@receiver(customer_absent, dispatch_uid="notice_of_absence")
def tell_of_absence(sender: Any, trip: Trip, **_more: Any) -> None:
    """Nobody was at home: the supervisors of the centre arrange another time, and hear whether the 24 hours stand."""
    order = trip.work_order
    if order.operations_center_id:
        supervisors = staff_of(order.operations_center_id, Role.OPERATIONS_SUPERVISOR)
        data = {"order": order.number, "technician": str(trip.technician)}
        stands = orders.open_pause(order) is not None
        notify_all(supervisors, "work_order.absent" if stands else "work_order.absent_runs_on", data, order.case_number)


@receiver(visit_not_solved, dispatch_uid="message_of_unsolved_visit")
def tell_of_unsolved(sender: Any, order: WorkOrder, **_more: Any) -> None:
    """It could not be solved on site: plant goes on, a visit with priority follows."""
    _about_visit(order, "visit.not_solved", {"orden": order.number})


@receiver(technician_left, dispatch_uid="message_of_technician")
def tell_of_technician(sender: Any, trip: Trip, **_more: Any) -> None:
    """The technician is on the way (step 7); told once for each trip, and not when they must be there already.

    An hour that was not told yet is not told any more.
    """
    order = trip.work_order
    take_back(["visit.rescheduled", "visit.resumed"], [order.number])
    data = {"orden": order.number, "tecnico": trip.technician}
    _about_visit(order, "visit.on_the_way", data, part=f":{trip.pk}", until=clock.now() + LONGEST_WAY)


def _about_visit(
    order: WorkOrder, kind: str, data: dict[str, Any], *, part: str = "", until: dt.datetime | None = None
) -> None:
    send_to_customer(
        order.customer_id,
        kind,
        data,
        case_number=order.case_number,
        reference=f"{order.number}{part}",
        phone=order.contact_phone,
        until=until,
    )


@receiver(courtesies_started, dispatch_uid="message_of_courtesy")
def tell_of_courtesies(sender: Any, courtesies: Sequence[Courtesy], **_more: Any) -> None:
    """A courtesy began (step 14)."""
    for courtesy in courtesies:
        send_to_customer(
            courtesy.product.customer_id,
            "courtesy.started",
            courtesy_places(courtesy),
            case_number=courtesy.case_number,
            reference=str(courtesy.pk),
            until=courtesy.ends_at,
        )


@receiver(courtesies_withdrawn, dispatch_uid="message_of_withdrawn_courtesy")
def take_courtesies_back(sender: Any, courtesies: Sequence[Courtesy], **_more: Any) -> None:
    """A courtesy was withdrawn: what was not told of it yet is not told."""
    take_back(["courtesy.started", "courtesy.ending"], [str(courtesy.pk) for courtesy in courtesies])


def courtesy_places(courtesy: Courtesy) -> dict[str, Any]:
    """What the texts about a courtesy say of it."""
    try:
        terms = procedures.current_policy().value(f"courtesy.{courtesy.kind}", {})
    except NoProcedure:
        terms = {}
    return {
        "cortesia": terms.get("name", courtesy.kind),
        "producto": courtesy.product.offering.name,
        "fin": courtesy.last_day,
    }


@receiver(terminations_requested, dispatch_uid="message_of_termination")
def tell_of_termination(sender: Any, terminations: Sequence[Termination], **_more: Any) -> None:
    """The baja is registered: its receipt goes to who asked for it."""
    first = terminations[0]
    data = {
        "constancia": first.receipt,
        "momento": first.requested_at,
        "productos": ", ".join(each.product.offering.name for each in terminations),
        **to_return(first.return_items, first.return_by),
    }
    send_to_customer(
        first.customer_id, "termination.receipt", data, case_number=first.case_number, reference=first.receipt
    )


@receiver(termination_withdrawn, dispatch_uid="message_of_withdrawn_termination")
def take_termination_back(sender: Any, termination: Termination, **_more: Any) -> None:
    """The baja was withdrawn: its receipt is not sent any more, once nothing under it stands."""
    if termination.receipt and not Termination.objects.filter(receipt=termination.receipt, withdrawn_at=None).exists():
        take_back(["termination.receipt"], [termination.receipt])


@receiver(command_stuck, dispatch_uid="notice_of_stuck_command")
def tell_administrators(sender: Any, command: Command, **_more: Any) -> None:
    """The commercial system did not apply a command: told once, until it is read; their page lists all of them."""
    told = Notice.objects.filter(kind="command.stuck", read_at=None).values("user")
    people = everybody_with(Role.ADMINISTRATOR).exclude(pk__in=told)
    notify_all(people, "command.stuck", {"kind": command.kind}, command.subject)
