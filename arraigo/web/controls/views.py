"""The calls of the day (steps 9 and 10): who is to be called, tried how often, and the way to the verdict."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.quality import actions
from arraigo.records import RuleBroken
from arraigo.web import lists, replies
from arraigo.web.access import HEADS, UNIT_HEADS, staff, user_of
from arraigo.web.controls import access, contexts
from arraigo.web.controls.forms import AttemptForm
from arraigo.web.controls.lists import CALLS, OVERDUE

ROLES = (Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT)


@require_GET
@staff(*ROLES)
def calls(request: HttpRequest) -> HttpResponse:
    """The controls that are due: when to call next, attempts so far, and the way to the verdict."""
    found = access.due(user_of(request)).select_related("customer", "work_order").prefetch_related("attempts__by")
    context = {"attempts_needed": procedures.current_policy().integer("control.attempts")}
    return lists.reply(request, CALLS, found, "controls/calls.html", context, prepare=contexts.calls)


@require_GET
@staff(*ROLES, Role.TEAM_LEAD, *HEADS, *UNIT_HEADS)
def overdue(request: HttpRequest) -> HttpResponse:
    """The controls that nobody decided in time, for the heads."""
    found = access.overdue(user_of(request)).select_related("customer", "work_order").prefetch_related("attempts__by")
    return lists.reply(request, OVERDUE, found, "controls/overdue.html", {}, prepare=contexts.calls)


@require_http_methods(["GET", "POST"])
@staff(*ROLES)
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Record one call; three in different windows must fail before "not reached" is a verdict.

    Leads back to the page whose form was sent, where one was named.
    """
    user = user_of(request)
    control = access.control(user, pk)
    form = AttemptForm(replies.typed(request))
    if replies.sent(request, form):
        reached = form.cleaned_data["reached"] == "yes"
        try:
            actions.record_attempt(control, reached=reached, note=form.cleaned_data["note"], actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The call is recorded."))
            return replies.back(request, "control_calls")
    context = {"control": control, "phone": contexts.phones_of([control])[control.pk], "form": form}
    return replies.page(request, "controls/attempt.html", context)
