"""The technician's phone: the visits of the day, one visit, and what is told from the road (steps 7 and 8)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.desk import actions as desk
from arraigo.fieldwork import actions as fieldwork
from arraigo.orders import queries as orders
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.retention import revisit
from arraigo.web import replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.technician import access, contexts
from arraigo.web.technician.forms import AbsentForm


@require_GET
@staff(Role.TECHNICIAN)
def visits(request: HttpRequest) -> HttpResponse:
    """The technician's open orders: today's and the late ones, the next one first; later days by number."""
    day, page = (request.GET.get(name, "") for name in ("day", "page"))
    return render(request, "technician/visits.html", contexts.visit_list(user_of(request), day, page))


@require_GET
@staff(Role.TECHNICIAN)
def visit(request: HttpRequest, number: str) -> HttpResponse:
    """One visit: until when, where, whom to call, what was broken before, and what comes next."""
    user = user_of(request)
    return render(request, "technician/visit.html", contexts.visit_page(user, access.order(user, number)))


@posted
@staff(Role.TECHNICIAN)
def set_out(request: HttpRequest, number: str) -> HttpResponse:
    """On the way, since now; before the hour for which the customer asked only once that is confirmed."""
    user = user_of(request)
    order = access.order(user, number)
    if (sure := _sure(request, order, arrival=False)) is not None:
        return sure
    return _told(request, number, fieldwork.set_out, _("On the way. The customer is told where there is consent."))


@posted
@staff(Role.TECHNICIAN)
def arrive(request: HttpRequest, number: str) -> HttpResponse:
    """At the customer's, since now; the form of step 7 is next. Before the hour asked for, as for setting out."""
    if (sure := _sure(request, access.order(user_of(request), number), arrival=True)) is not None:
        return sure
    return _told(request, number, fieldwork.begin_visit, _("Arrived."))


def _sure(request: HttpRequest, order: WorkOrder, *, arrival: bool) -> HttpResponse | None:
    """Ask whoever comes before the hour for which the customer asked; None where nothing is to be asked."""
    stop = contexts.stop(order, None)
    if not (stop.may_set_out and stop.early) or "early" in request.POST:
        return None
    return render(request, "technician/early.html", {"order": order, "stop": stop, "arrival": arrival})


def _told(request: HttpRequest, number: str, tell: Callable[..., object], done: str) -> HttpResponse:
    user = user_of(request)
    order = access.order(user, number)
    replies.attempt(request, lambda: tell(order, user), done)
    return redirect("visit", number)


@posted
@staff(Role.TECHNICIAN)
def visit_again(request: HttpRequest, number: str) -> HttpResponse:
    """Back from the signature to the form of step 7, which is filled with what was recorded."""
    user = user_of(request)
    order = access.order(user, number)
    recorded = contexts.recorded(order)
    try:
        item = revisit.back_to_visit(order.case_number, technician=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("visit", number)
    page = reverse("step", args=[order.case_number, item.pk])
    desk.keep_draft(user, page, recorded)
    return redirect(page)


@require_http_methods(["GET", "POST"])
@staff(Role.TECHNICIAN)
def absent(request: HttpRequest, number: str) -> HttpResponse:
    """Nobody at home, with a photo: the 24 hours stand still."""
    user = user_of(request)
    order: WorkOrder = access.order(user, number)
    form = AbsentForm(replies.typed(request), request.FILES or None)
    if replies.sent(request, form):
        try:
            fieldwork.find_nobody(order, user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            stands = orders.open_pause(order) is not None
            kept = _("Kept: nobody at home. The 24 hours stand still.")
            messages.success(request, kept if stands else _("Kept: nobody at home. The 24 hours run on."))
            return redirect("visit", number)
    return replies.page(request, "technician/absent.html", {"order": order, "form": form})
