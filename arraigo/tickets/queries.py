"""Reads of trouble tickets: the look-up behind the verdict on repeated faults (step 2, I.f)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from arraigo.compiled import at_once, compiled, each_of
from arraigo.eventlog.models import Event
from arraigo.tickets.models import ConfirmedSolution, TroubleTicket

COUNTABLE = Q(type=TroubleTicket.Type.FAULT) & ~Q(status__in=TroubleTicket.NOT_COUNTABLE)
"""Tickets that count as a claim: faults, neither rejected nor cancelled."""


@dataclass(frozen=True)
class FaultHistory:
    """What the rule on repeated faults needs to know about one product as of a moment."""

    product_id: int
    tickets: list[TroubleTicket] = field(default_factory=list)
    """The countable faults behind the verdict, oldest first: of every window that reaches the rule's
    count, or of the fullest window where none does."""
    fault_count: int = 0
    """Claims in the fullest window; the tickets of one outage are one claim."""
    open_faults: int = 0
    """How many of `tickets` were open."""
    recurred: bool = False
    """A claim came after an earlier one of its window had been solved: that repair did not hold."""
    disputed_solution: bool = False
    """The customer says that a repair did not hold, and nobody confirmed a solution since."""
    confirmed_solution: bool = False
    """An advisor recorded that the faults up to the last of `tickets` are really solved, and the
    customer has not disputed it since."""

    def facts(self) -> dict[str, bool | int]:
        """The inputs of the policy's table `repeat_fault`."""
        return {
            "fault_count": self.fault_count,
            "open_faults": self.open_faults,
            "recurred": self.recurred,
            "confirmed_solution": self.confirmed_solution,
            "disputed_solution": self.disputed_solution,
        }


def dispute_reasons(disputed: Sequence[TroubleTicket]) -> dict[int, str]:
    """Why the customer said, the last time, that the solution did not hold: ticket's key → reason. One query, or none.

    Tickets that came with their dispute in a file have none.
    """
    if not disputed:
        return {}
    told = Event.objects.filter(
        kind="ticket.disputed", subject_type="troubleticket", subject_id__in=[ticket.pk for ticket in disputed]
    )
    rows = told.order_by("id").values_list("subject_id", "data")
    return {key: data.get("note", "") for key, data in rows if key is not None}


def countable_faults() -> QuerySet[TroubleTicket]:
    """Tickets that count as a claim towards a repeated fault."""
    return TroubleTicket.objects.filter(COUNTABLE)


def open_fault(product_id: int) -> TroubleTicket | None:
    """The newest fault of the product that is not solved yet."""
    return countable_faults().filter(product_id=product_id, resolved_at=None).order_by("opened_at", "id").last()


def fault_history(
    product_ids: Iterable[int], *, as_of: dt.datetime, window_hours: int, count: int
) -> dict[int, FaultHistory]:
    """The fault history of each product as of `as_of`, keyed and ordered as `product_ids`. Two queries.

    Looked at are the windows of `window_hours` (edges included) that end at the opening of a fault
    which is itself opened at most `window_hours` before `as_of`, or still open then.
    """
    ids = list(product_ids)
    tickets: dict[int, list[TroubleTicket]] = defaultdict(list)
    confirmed: dict[int, list[ConfirmedSolution]] = defaultdict(list)
    with at_once(_faults_until.of(ids, as_of), _solutions_until.of(ids, as_of)):
        for ticket in _faults_until(ids, as_of):
            tickets[ticket.product_id].append(ticket)
        for solution in _solutions_until(ids, as_of):
            confirmed[solution.product_id].append(solution)
    span = dt.timedelta(hours=window_hours)
    return {pk: _history(pk, tickets[pk], confirmed[pk], as_of, span, count) for pk in ids}


@compiled
def _faults_until(products: Sequence[int], as_of: dt.datetime) -> QuerySet[TroubleTicket]:
    """The countable faults of the products opened until then, oldest first."""
    found = countable_faults().filter(product_id__in=each_of(products), opened_at__lte=as_of)
    return found.order_by("opened_at", "id")


@compiled
def _solutions_until(products: Sequence[int], as_of: dt.datetime) -> QuerySet[ConfirmedSolution]:
    """The solutions confirmed until then, with the tickets that they are about."""
    found = ConfirmedSolution.objects.filter(product_id__in=each_of(products), at__lte=as_of)
    return found.select_related("ticket")


def _history(
    product_id: int,
    tickets: Sequence[TroubleTicket],
    confirmed: Sequence[ConfirmedSolution],
    as_of: dt.datetime,
    span: dt.timedelta,
    count: int,
) -> FaultHistory:
    """The history of one product from its countable faults opened until `as_of`, oldest first."""
    windows = _windows(tickets, as_of, span)
    if not windows:
        return FaultHistory(product_id)
    most = max(_claims(window) for window in windows)
    # Where no window reaches the count, the latest of the fullest ones is shown.
    telling = [w for w in windows if _claims(w) >= count] or [w for w in windows if _claims(w) == most][-1:]
    told = sorted({t.pk: t for w in telling for t in w}.values(), key=lambda t: (t.opened_at, t.pk))
    confirmed_at = max((s.at for s in confirmed if _covers(s, told[-1])), default=None)
    disputed_at = max((t.disputed_at for t in told if t.disputed_at and t.disputed_at <= as_of), default=None)
    return FaultHistory(
        product_id,
        told,
        fault_count=most,
        open_faults=sum(was_open(ticket, as_of) for ticket in told),
        recurred=any(_recurred(window) for window in telling),
        disputed_solution=disputed_at is not None and (confirmed_at is None or disputed_at > confirmed_at),
        confirmed_solution=confirmed_at is not None and (disputed_at is None or confirmed_at >= disputed_at),
    )


def _covers(solution: ConfirmedSolution, last: TroubleTicket) -> bool:
    """Whether the confirmation was made after the `last` fault, and about it."""
    return solution.at >= last.opened_at and solution.ticket.opened_at >= last.opened_at


def _windows(tickets: Sequence[TroubleTicket], as_of: dt.datetime, span: dt.timedelta) -> list[list[TroubleTicket]]:
    """The tickets of each window that counts as of `as_of`, in the order in which the windows end."""
    ends = [t for t in tickets if t.opened_at >= as_of - span or was_open(t, as_of)]
    return [[t for t in tickets if end.opened_at - span <= t.opened_at <= end.opened_at] for end in ends]


def was_open(ticket: TroubleTicket, as_of: dt.datetime) -> bool:
    """Whether a countable ticket was not solved yet at `as_of`."""
    return ticket.resolved_at is None or ticket.resolved_at > as_of


def _claim(ticket: TroubleTicket) -> tuple[str, int]:
    """What the ticket counts as: the tickets of one outage are one claim."""
    return ("outage", ticket.outage_id) if ticket.outage_id else ("ticket", ticket.pk)


def _claims(window: Sequence[TroubleTicket]) -> int:
    return len({_claim(ticket) for ticket in window})


def _recurred(window: Sequence[TroubleTicket]) -> bool:
    """Whether a claim of the window was opened after another one of it had been solved."""
    return any(
        earlier.resolved_at is not None and earlier.resolved_at <= later.opened_at and _claim(earlier) != _claim(later)
        for number, later in enumerate(window)
        for earlier in window[:number]
    )
