"""Trouble tickets entered and moved on by hand (TMF621 states)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.people.models import Role
from arraigo.tickets import actions
from arraigo.tickets.models import TroubleTicket
from arraigo.tickets.queries import dispute_reasons
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_READERS, CUSTOMER_WRITERS, staff, user_of
from arraigo.web.customers import access
from arraigo.web.customers.entry import entered
from arraigo.web.customers.forms import FollowUpForm, TicketForm, TicketStateForm

MOVERS = (*CUSTOMER_WRITERS, Role.OPERATIONS_SUPERVISOR, Role.INCIDENT_FOLLOW_UP)
"""Who moves tickets on: the desk, the operations centre, the follow-up of incidents."""


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def ticket_new(request: HttpRequest, number: str) -> HttpResponse:
    """Open a ticket on one of the customer's products."""
    customer, actor = access.customer(number), user_of(request)
    form = TicketForm(customer, replies.typed(request))
    made = entered(request, form, lambda data: actions.open_ticket(customer, actor=actor, **data))
    if made is not None:
        messages.success(request, _("Ticket %(number)s is open.") % {"number": made.number})
        return redirect("ticket", made.number)
    context = {"title": _("New ticket"), "form": form, "customer": customer}
    return replies.page(request, "customers/form.html", context)


@require_GET
@staff(*CUSTOMER_READERS)
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """The ticket with its changes and follow-ups."""
    return _ticket_page(request, access.ticket(number))


@require_http_methods(["GET", "POST"])
@staff(*MOVERS)
def ticket_state(request: HttpRequest, number: str) -> HttpResponse:
    """Move the ticket to another state."""
    found, actor = access.ticket(number), user_of(request)
    form = TicketStateForm(found, replies.typed(request))
    changed = entered(
        request,
        form,
        lambda data: actions.change_state(found, data["state"], note=data["note"], actor=actor),
    )
    if changed is not None:
        messages.success(request, _("The changes are saved."))
        return redirect("ticket", number)
    return _ticket_page(request, found, state_form=form, form=form)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def ticket_follow_up(request: HttpRequest, number: str) -> HttpResponse:
    """The customer came back about this ticket; perhaps the solution did not hold."""
    found, actor = access.ticket(number), user_of(request)
    form = FollowUpForm(replies.typed(request))

    if entered(request, form, lambda data: actions.follow_up(found, actor=actor, **data)) is not None:
        messages.success(request, _("The follow-up is noted."))
        return redirect("ticket", number)
    return _ticket_page(request, found, follow_form=form, form=form)


def _ticket_page(request: HttpRequest, found: TroubleTicket, **forms: Any) -> HttpResponse:
    user = user_of(request)
    context = {
        "ticket": found,
        "disputed_because": dispute_reasons([found] if found.disputed_at else []).get(found.pk, ""),
        "changes": found.changes.select_related("by"),
        "interactions": found.interactions.select_related("by").order_by("-at"),
        "may_move": user.has_role(*MOVERS) and bool(TroubleTicket.TRANSITIONS[found.status]),
        "may_follow": user.has_role(*CUSTOMER_WRITERS),
        "state_form": forms.get("state_form") or TicketStateForm(found),
        "follow_form": forms.get("follow_form") or FollowUpForm(),
        "form": forms.get("form"),
    }
    return replies.page(request, "customers/ticket.html", context)
