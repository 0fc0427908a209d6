"""The head of team's page: the team's open tasks, and handing one to a colleague."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from arraigo.people.models import Role
from arraigo.retention import actions
from arraigo.retention.registry import handler
from arraigo.web import replies
from arraigo.web.access import staff, user_of
from arraigo.web.team_lead import access

PAGE = 100


@require_GET
@staff(Role.TEAM_LEAD)
def team(request: HttpRequest) -> HttpResponse:
    """What is open in the team, whose it is and since when."""
    items = list(access.items(user_of(request))[:PAGE])
    advisors = {item.unit_id: list(access.advisors(item)) for item in items if item.role == Role.ADVISOR}
    rows = [(item, handler(item.element).title, advisors.get(item.unit_id, [])) for item in items]
    return render(request, "team_lead/team.html", {"rows": rows, "advisor": Role.ADVISOR})


@require_POST
@staff(Role.TEAM_LEAD)
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an advisor's task to a colleague of the team, or back to the whole team."""
    user = user_of(request)
    item = access.item(user, pk)
    chosen = request.POST.get("assignee", "")
    assignee = access.advisors(item).filter(pk=chosen).first() if chosen.isdecimal() else None
    if chosen and assignee is None:
        messages.error(request, _("Choose an advisor of your team."))
        return redirect("team")
    replies.attempt(
        request,
        lambda: actions.reassign(item.pk, assignee=assignee, actor=user),
        _("The task is handed over."),
    )
    return redirect("team")
