"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.tickets.models import (
    ConfirmedSolution,
    Interaction,
    Outage,
    RepeatFaultFinding,
    TicketChange,
    TroubleTicket,
)

show(ConfirmedSolution, Interaction, Outage, RepeatFaultFinding, TicketChange, TroubleTicket)
