"""The head of team's desk: decisions with a clock, what is late, and handing tasks to a colleague."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from arraigo.engine.errors import AlreadyCompleted, ItemCancelled
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role
from arraigo.retention import actions
from arraigo.retention.errors import StepInvalid
from arraigo.web import lists, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.team_lead import access, contexts, decisions
from arraigo.web.team_lead.lists import TASKS

ANSWER = {"override": "granted"}
"""Element → the field of its step that takes the yes or no; the approvals' is `approved`."""


@require_GET
@staff(Role.TEAM_LEAD)
def team(request: HttpRequest) -> HttpResponse:
    """The desk: decisions that customers wait for, what is late, what is open and whose it is."""
    user = user_of(request)
    alone = lists.is_part(request, TASKS) or lists.EXPORT in request.GET
    page = {} if alone else contexts.page(user)
    return lists.reply(
        request, TASKS, lambda: access.items(user), "team_lead/team.html", page, prepare=contexts.tasks,
        begin=lambda: access.first_items(user), total=lambda: access.some(user),
    )  # fmt: skip


@require_GET
@staff(Role.TEAM_LEAD)
def queue(request: HttpRequest) -> HttpResponse:
    """The queue alone, where it is another than the page shows (`seen`); else nothing."""
    found = contexts.decisions(user_of(request))
    if contexts.seen(found) == request.GET.get("seen", ""):
        return HttpResponse(status=204)
    return render(request, "team_lead/queue.html", contexts.waiting(found, user_of(request)))


@require_GET
@staff(Role.TEAM_LEAD)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a decision as a list, the longest wait first."""
    return _decisions(request, decisions.WAITING, decisions.waiting(user_of(request)))


@require_GET
@staff(Role.TEAM_LEAD)
def taken(request: HttpRequest) -> HttpResponse:
    """What was decided, by whom, why and after how long; the latest first."""
    return _decisions(request, decisions.TAKEN, decisions.taken(user_of(request)))


def _decisions(request: HttpRequest, spec: lists.List, rows: QuerySet[WorkItem]) -> HttpResponse:
    return lists.reply(request, spec, rows, "team_lead/decisions.html", {}, prepare=decisions.lines)


@posted
@staff(Role.TEAM_LEAD)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse with a reason. 400 with the reason kept where it is missing, 409 where it is decided."""
    user = user_of(request)
    item = access.decision(user, pk)
    reason = request.POST.get("reason", "")
    data = {ANSWER.get(item.element, "approved"): request.POST.get("decision", ""), "reason": reason}
    try:
        actions.complete_step(item.pk, actor=user, data=data)
    except StepInvalid as invalid:
        wrong = [str(error) for errors in invalid.form.errors.values() for error in errors]
        return _again(request, contexts.page(user, {pk: (reason, wrong)}), 400)
    except (AlreadyCompleted, ItemCancelled) as conflict:
        messages.error(request, str(conflict))
        return _again(request, contexts.page(user), 409)
    messages.success(request, _("Decided: the advisor's page goes on by itself."))
    return redirect("team")


def _again(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    """The desk, with what a decision could not be taken for."""
    shown = lists.show(request, TASKS, access.items(user_of(request)), prepare=contexts.tasks)
    return render(request, "team_lead/team.html", {**context, "list": shown}, status=status)


@posted
@staff(Role.TEAM_LEAD)
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an advisor's task to a colleague of the team, or back to the whole team."""
    user = user_of(request)
    item = access.item(user, pk)
    chosen = request.POST.get("assignee", "")
    assignee = next((each for each in access.advisors(item) if str(each.pk) == chosen), None)
    if chosen and assignee is None:
        messages.error(request, _("Choose an advisor of your team."))
        return redirect("team")
    replies.attempt(
        request,
        lambda: actions.reassign(item.pk, assignee=assignee, actor=user),
        _("The task is handed over."),
    )
    return redirect("team")
