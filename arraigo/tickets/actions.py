"""What is done with trouble tickets (TMF621) and mass outages."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.bss import actions as outbox
from arraigo.customers.models import Customer
from arraigo.eventlog.actions import record
from arraigo.numbering import numbered
from arraigo.people.models import User
from arraigo.products.models import Product
from arraigo.records import key_of
from arraigo.tickets.errors import (
    NotTheCustomersProduct,
    ReasonMissing,
    StillOpen,
    TicketNotSolved,
    TimeInFuture,
    TransitionRefused,
)
from arraigo.tickets.models import ConfirmedSolution, Interaction, Outage, TicketChange, TroubleTicket, way
from arraigo.tickets.signals import ticket_moved

Status = TroubleTicket.Status


@transaction.atomic(savepoint=False)
def open_ticket(
    customer: Customer,
    product: Product,
    *,
    actor: User | None,
    type: str = TroubleTicket.Type.FAULT,
    symptom: str = "",
    description: str = "",
    opened_at: dt.datetime | None = None,
    outage: Outage | None = None,
    case_number: str = "",
) -> TroubleTicket:
    """Open a ticket on a product of the customer. Raises NotTheCustomersProduct, TimeInFuture."""
    now = clock.now()
    moment = opened_at or now
    if product.customer_id != customer.pk:
        raise NotTheCustomersProduct(product.number, customer.name)
    if moment > now:
        raise TimeInFuture(f"{clock.local(moment):%d/%m/%Y %H:%M}")
    ticket = TroubleTicket.objects.create(
        **numbered(TroubleTicket, "TK", moment),
        customer=customer,
        product=product,
        type=type,
        symptom=symptom,
        description=description,
        outage=outage,
        opened_at=moment,
        opened_by=actor,
    )
    TicketChange.objects.create(ticket=ticket, after=ticket.status, at=now, by=actor)
    told = {"number": ticket.number, "type": ticket.type, "product": product.number, "symptom": symptom}
    record("ticket.opened", ticket, actor=actor, case_number=case_number, data=told)
    return ticket


@transaction.atomic(savepoint=False)
def change_state(
    ticket: TroubleTicket | int, state: str, *, actor: User | None, note: str = "", case_number: str = ""
) -> TroubleTicket:
    """Move the ticket to another TMF621 state, following its transitions. Raises TransitionRefused.

    Solving sets the time of the solution; taking the work up again clears it, the change remembers it.
    """
    held = TroubleTicket.objects.select_for_update().get(pk=key_of(ticket))
    before, now = held.status, clock.now()
    if state not in TroubleTicket.TRANSITIONS[before]:
        raise _refusal(held, state)
    held.status = state
    if state == Status.RESOLVED:
        held.resolved_at, held.resolution = max(now, held.opened_at), note or held.resolution
    elif before == Status.RESOLVED and state == Status.IN_PROGRESS:
        held.resolved_at = None
    held.save(update_fields=["status", "resolved_at", "resolution"])
    change = TicketChange(ticket=held, before=before, after=state, at=now, by=actor, note=note)
    change.save()
    _record_change(change, case_number)
    ticket_moved.send(TroubleTicket, ticket=held)
    return held


def _record_change(change: TicketChange, case_number: str) -> None:
    told = {"number": change.ticket.number, "before": change.before, "after": change.after, "note": change.note}
    record("ticket.state_changed", change.ticket, actor=change.by, case_number=case_number, data=told)


def solve(
    held: Sequence[TroubleTicket], *, at: dt.datetime, note: str, actor: User | None, case_number: str
) -> list[TroubleTicket]:
    """A visit left what the tickets report working at `at`: the open ones of them are resolved (step 8).

    Call it in a transaction that locked them (`visits.held_faults`). The commercial system is told. Promised
    repairs that wait for one of them end with the sweep. Three statements, however many there are.
    """
    solved = [ticket for ticket in held if ticket.is_open]
    _move(solved, Status.RESOLVED, at=at, note=note, actor=actor, case_number=case_number)
    return solved


def take_up_again(held: Sequence[TroubleTicket], *, note: str, actor: User | None, case_number: str) -> None:
    """What a visit solved does not hold, says a control: the work on these resolved tickets goes on.

    Call it in a transaction that locked them. The commercial system is told.
    """
    _move(held, Status.IN_PROGRESS, at=clock.now(), note=note, actor=actor, case_number=case_number)


def _move(
    held: Sequence[TroubleTicket], state: Status, *, at: dt.datetime, note: str, actor: User | None, case_number: str
) -> None:
    """Bring each ticket to `state`, through the states that TMF621 wants in between."""
    changes = list[TicketChange]()
    for ticket in held:
        for after in way(ticket.status, state):
            changes.append(TicketChange(ticket=ticket, before=ticket.status, after=after, at=at, by=actor, note=note))
            ticket.status = after
    if not changes:
        return
    solution: dict[str, Any] = {"resolved_at": None}
    if state == Status.RESOLVED:
        solution = {"resolved_at": at, "resolution": note}
    TroubleTicket.objects.filter(pk__in=[ticket.pk for ticket in held]).update(status=state, **solution)
    TicketChange.objects.bulk_create(changes)
    for change in changes:
        _record_change(change, case_number)
    outbox.send_all(_command(ticket, state, note, case_number) for ticket in held)


def _command(ticket: TroubleTicket, state: Status, note: str, case_number: str) -> outbox.Order:
    known = {"number": ticket.number, "source": ticket.source, "external_id": ticket.external_id or ""}
    verb = "resolve" if state == Status.RESOLVED else "reopen"
    return outbox.Order(f"trouble_ticket.{verb}", {**known, "status": state.value, "note": note}, case_number)


def _refusal(ticket: TroubleTicket, state: str) -> TransitionRefused:
    allowed = ", ".join(str(Status(each).label) for each in TroubleTicket.TRANSITIONS[ticket.status])
    wanted = str(Status(state).label) if state in Status.values else state
    return TransitionRefused(ticket.number, ticket.get_status_display(), wanted, allowed)


@transaction.atomic(savepoint=False)
def follow_up(
    ticket: TroubleTicket, *, channel: str, text: str, actor: User | None, disputed: bool = False
) -> Interaction:
    """Note that the customer came back about a ticket that exists: no claim of its own (I.f).

    `disputed`: the customer says that the solution did not hold. Raises TicketNotSolved then.
    """
    if disputed:
        dispute(ticket, note=text, actor=actor)
    interaction = Interaction.objects.create(ticket=ticket, at=clock.now(), by=actor, channel=channel, text=text)
    record("ticket.followed_up", ticket, actor=actor, data={"number": ticket.number, "channel": channel})
    return interaction


@transaction.atomic(savepoint=False)
def dispute(ticket: TroubleTicket | int, *, actor: User | None, note: str = "") -> TroubleTicket:
    """The customer says that the solution did not hold; the last time counts. Raises TicketNotSolved."""
    held = TroubleTicket.objects.select_for_update().get(pk=key_of(ticket))
    if held.status not in TroubleTicket.SOLVED:
        raise TicketNotSolved(held.number)
    held.disputed_at = clock.now()
    held.save(update_fields=["disputed_at"])
    record("ticket.disputed", held, actor=actor, data={"number": held.number, "note": note})
    return held


@transaction.atomic(savepoint=False)
def confirm_solution(ticket: TroubleTicket, *, reason: str, actor: User, case_number: str = "") -> ConfirmedSolution:
    """Record that the faults of the ticket's product, up to it, are really solved (step 2).

    Raises ReasonMissing.
    """
    return confirm_solutions([ticket], reason=reason, actor=actor, case_number=case_number)[0]


@transaction.atomic(savepoint=False)
def confirm_solutions(
    tickets: Iterable[TroubleTicket], *, reason: str, actor: User, case_number: str
) -> list[ConfirmedSolution]:
    """As `confirm_solution`, for the last ticket of each of several products in one statement."""
    if not reason.strip():
        raise ReasonMissing
    now, said = clock.now(), reason.strip()
    solutions = ConfirmedSolution.objects.bulk_create(
        ConfirmedSolution(product_id=ticket.product_id, ticket=ticket, reason=said, at=now, by=actor)
        for ticket in tickets
    )
    for solution in solutions:
        told = {"number": solution.ticket.number, "reason": said}
        record("ticket.solution_confirmed", solution.ticket, actor=actor, case_number=case_number, data=told)
    return solutions


def confirm_all(tickets: Sequence[TroubleTicket], *, reason: str, actor: User) -> ConfirmedSolution:
    """The customer says of the faults of one product, oldest first, that all are really solved.

    Raises StillOpen where one is open, for it would stay a repeated fault all the same; ReasonMissing.
    """
    if still := [ticket.number for ticket in tickets if ticket.is_open]:
        raise StillOpen(", ".join(still))
    return confirm_solution(tickets[-1], reason=reason, actor=actor)


def dispute_solutions(tickets: Iterable[TroubleTicket], *, reason: str, actor: User) -> int:
    """The customer says that the repairs of `tickets` did not hold; how many were solved and are disputed now.

    A confirmed solution of theirs no longer counts. Raises ReasonMissing, TicketNotSolved where none is solved.
    """
    if not reason.strip():
        raise ReasonMissing
    faults = list(tickets)
    solved = [ticket for ticket in faults if ticket.status in TroubleTicket.SOLVED]
    if not solved:
        raise TicketNotSolved(faults[-1].number if faults else "")
    with transaction.atomic(savepoint=False):
        for ticket in sorted(solved, key=lambda each: each.pk):  # as everybody locks them
            dispute(ticket, actor=actor, note=reason.strip())
    return len(solved)
