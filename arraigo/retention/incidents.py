"""The ordinary repair of a customer who is offered nothing and stays (1.1): a fault, its promise, its end.

The promise's proof is the number of the ticket that it awaits. It is kept when that ticket is resolved in
time, broken as soon as it is late, and cancelled with a ticket that was none.
"""

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from arraigo import clock
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import faults, promises
from arraigo.retention.models import Promise, Reason, RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.tickets import actions as tickets
from arraigo.tickets import queries
from arraigo.tickets.models import TroubleTicket


def to_repair(case: RetentionCase, policy: Policy) -> list[Product]:
    """The affected products with a fault: all where the customer wants to leave because of faults, else those with one
    that is open, repeated, or solved as the customer disputes. Who found the price too high has nothing repaired."""
    products = alive_products(case)
    if case.reason == Reason.FAULTS:
        return products
    found = faults.verdicts(products, policy)
    return [
        verdict.product
        for verdict in found
        if verdict.repeat_fault or verdict.history.open_faults or verdict.history.disputed_solution
    ]


def promise_repairs(case: RetentionCase, policy: Policy, *, actor: User) -> list[TroubleTicket]:
    """One ordinary incident per product that is `to_repair`, with its promise; the tickets.

    A product with a fault that is still open keeps that ticket: the customer came back about it.
    """
    hours = policy.integer("visit.incident_hours")
    return [_promise_repair(case, product, hours, actor) for product in to_repair(case, policy)]


def _promise_repair(case: RetentionCase, product: Product, hours: int, actor: User) -> TroubleTicket:
    ticket = queries.open_fault(product.pk)
    if ticket is None:
        ticket = tickets.open_ticket(
            case.customer, product, actor=actor, symptom="other", description=case.words, case_number=case.number
        )
    else:
        tickets.follow_up(ticket, channel=case.channel, text=case.words, actor=actor)
    promises.promise(
        case,
        Promise.Kind.INCIDENT,
        values={"product": str(product), "ticket": ticket.number},
        role=Role.OPERATIONS_SUPERVISOR,
        due_at=clock.now() + dt.timedelta(hours=hours),
        awaits=ticket.number,
    )
    return ticket


def settle(ticket_number: str = "") -> int:
    """End the promised repairs that a ticket (or, without one, any ticket or the time) has decided; how many."""
    now = clock.now()
    of_promise = TroubleTicket.objects.filter(number=OuterRef("proof"))
    waiting = Promise.objects.filter(kind=Promise.Kind.INCIDENT, state=Promise.State.OPEN)
    if ticket_number:
        waiting = waiting.filter(proof=ticket_number)
    void = Exists(of_promise.filter(status__in=TroubleTicket.NOT_COUNTABLE))
    in_time = Exists(of_promise.filter(resolved_at__lte=OuterRef("due_at")))
    late = Q(due_at__lt=now) | Exists(of_promise.filter(resolved_at__gt=OuterRef("due_at")))
    return (
        promises.end(waiting.filter(void), Promise.State.CANCELLED)
        + promises.end(waiting.filter(in_time), Promise.State.KEPT)
        + promises.end(waiting.filter(late), Promise.State.BROKEN, lapsed=True)
    )
