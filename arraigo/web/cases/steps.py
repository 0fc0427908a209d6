"""The page of a step: evidence, form, what happened."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arraigo.engine.errors import AlreadyCompleted, ItemCancelled
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.records import RuleBroken
from arraigo.retention import actions, visits
from arraigo.retention.errors import StepInvalid
from arraigo.retention.registry import StepForm, handler
from arraigo.web import replies
from arraigo.web.access import CASE_READERS, STEP_ROLES, staff, user_of
from arraigo.web.cases import access, contexts
from arraigo.web.cases.views import after
from arraigo.web.technician import contexts as technician


@require_http_methods(["GET", "POST"])
@staff(*STEP_ROLES)
def step(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One step of a case. 400 with the form where input is bad, 409 where somebody else was first."""
    item = access.item(user_of(request), number, pk)
    if request.method == "POST":
        return _complete(request, item)
    if item.status != WorkItem.Status.OPEN:
        return render(request, "cases/step_done.html", _frame(item) | {"event": contexts.happened(item)})
    return _page(request, item, _form(request, item, replies.typed(request)), 200)


def _complete(request: HttpRequest, item: WorkItem) -> HttpResponse:
    try:
        advance = actions.complete_step(item.pk, actor=user_of(request), data=request.POST, files=request.FILES)
    except StepInvalid as invalid:
        return _page(request, item, invalid.form, 400)
    except (AlreadyCompleted, ItemCancelled) as conflict:
        return _conflict(request, item, conflict)
    except RuleBroken as refusal:
        form = _form(request, item, request.POST)
        form.add_error(None, str(refusal))
        return _page(request, item, form, 400)
    messages.success(request, _("Done: %(step)s") % {"step": handler(item.element).title})
    if item.element == "step_08":
        return redirect("visit_papers", visits.current_order(item.instance.case).number)
    return after(request, item.instance.key, [opened.pk for opened in advance.opened])


def _form(request: HttpRequest, item: WorkItem, data: Any) -> StepForm:
    """The step's form for this person, filled where there is data."""
    policy = procedures.policy_of(item.instance.definition_id)
    files = request.FILES if request.method == "POST" else None
    return handler(item.element).form_class(item.instance.case, item, policy, user_of(request), data, files)


def _frame(item: WorkItem) -> dict[str, Any]:
    """What every page of a step shows."""
    phone = item.role == Role.TECHNICIAN
    return {
        "item": item,
        "case": item.instance.case,
        "step": handler(item.element),
        "base": "base_phone.html" if phone else "base.html",
        "phone": phone,
    }


def _page(request: HttpRequest, item: WorkItem, form: StepForm, status: int) -> HttpResponse:
    user, step = user_of(request), handler(item.element)
    evidence = step.evidence(form.case, item, form.policy, user)
    context = {
        **evidence,
        **_frame(item),
        "form": form,
        "policy": form.policy,
        "body": select_template([step.template, "steps/default.html"]),
        "may_open_case": user.has_role(*CASE_READERS),
        "may_insist": user.has_role(Role.ADVISOR, Role.TEAM_LEAD) and item.element != "termination",
    }
    if context["phone"]:
        context |= technician.beside_step(evidence["order"], item)
    return render(request, "cases/step.html", context, status=status)


def _conflict(request: HttpRequest, item: WorkItem, conflict: Exception) -> HttpResponse:
    """Somebody else was first: say who and when, and give back what was typed."""
    item.refresh_from_db()
    form = _form(request, item, request.POST)
    typed = [(field.label, text) for field in form if (text := _text(field.value()))]
    context = _frame(item) | {"conflict": str(conflict), "typed": typed, "event": contexts.happened(item)}
    return render(request, "cases/conflict.html", context, status=409)


def _text(value: Any) -> str:
    """A typed value as text; drawings and files are not shown."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return "" if text.startswith("data:") else text
