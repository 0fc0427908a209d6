"""The calls of the day (steps 9 and 10): who is to be called, tried how often, and the way to the verdict."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.people.models import Role
from arraigo.quality import actions
from arraigo.records import RuleBroken
from arraigo.web import replies
from arraigo.web.access import staff, user_of
from arraigo.web.controls import access
from arraigo.web.controls.forms import AttemptForm

ROLES = (Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT)


@require_GET
@staff(*ROLES)
def calls(request: HttpRequest) -> HttpResponse:
    """The controls that are due, with phone, attempts and the link to the verdict."""
    return render(request, "controls/calls.html", {"calls": access.due(user_of(request))})


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
    return replies.page(request, "controls/attempt.html", {"control": control, "form": form})
