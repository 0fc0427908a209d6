"""The page of a step: evidence, form, what happened."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse
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
from arraigo.web.cases.going_on import after
from arraigo.web.cases.pages import work
from arraigo.web.cases.telling import DECISIONS
from arraigo.web.technician import contexts as technician

SIGNED = ("step_08", "step_08_unsolved")
"""Steps after which the papers are shown, with the customer's copy."""
NOT_ACCEPTED = ("refused", "denied")
"""Outcomes of a step in which a customer or an approver says no."""
REVIEW = "review"
"""The field with which a form asks what it would promise, without carrying the step out."""


@require_http_methods(["GET", "POST"])
@staff(*STEP_ROLES)
def step(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One step of a case. 400 with the form where input is bad, 409 where somebody else was first."""
    item = access.item(user_of(request), number, pk)
    if request.method == "POST":
        return _review(request, item) if REVIEW in request.POST else _complete(request, item)
    if item.status != WorkItem.Status.OPEN:
        return _show(request, item, contexts.done(item, user_of(request)), "cases/step_done.html")
    return page(request, item)


def page(request: HttpRequest, item: WorkItem, way: list[WorkItem] | None = None) -> HttpResponse:
    """The page of an open step, its form filled with what was typed before; `way` are the case's items, where known."""
    own = reverse("step", args=[item.instance.key, item.pk])
    form = _form(request, item, replies.typed(request, own))
    form.is_whole = not replies.unfinished(form)
    return _page(request, item, form, 200, way)


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
    item.refresh_from_db(fields=["outcome"])
    messages.success(request, _recorded(item) % {"step": handler(item.element).title})
    if item.element in SIGNED:
        return redirect("visit_papers", visits.current_order(item.instance.case).number)
    return after(request, item.instance.key, [opened.pk for opened in advance.opened])


def _recorded(item: WorkItem) -> str:
    """How a completed step ended: a customer accepts, who decides approves."""
    if item.outcome not in NOT_ACCEPTED:
        return _("Done: %(step)s")
    if item.element.startswith(DECISIONS):
        return _("Recorded as not approved: %(step)s")
    return _("Recorded as not accepted: %(step)s")


def _review(request: HttpRequest, item: WorkItem) -> HttpResponse:
    """What completing the step as it is filled in would promise; nothing is carried out."""
    form = _form(request, item, request.POST)
    form.is_valid()
    if replies.partial(request):
        return render(request, "steps/reviewed.html", _frame(item) | {"form": form})
    return _page(request, item, form, 200)


def _form(request: HttpRequest, item: WorkItem, data: Any) -> StepForm:
    """The step's form for this person, filled where there is data."""
    policy = procedures.policy_of(item.instance.definition_id)
    files = request.FILES if request.method == "POST" else None
    return handler(item.element).form_class(item.instance.case, item, policy, user_of(request), data, files)


def _frame(item: WorkItem) -> dict[str, Any]:
    """What every page of a step shows."""
    policy = procedures.policy_of(item.instance.definition_id)
    case, step = item.instance.case, handler(item.element)
    return {"item": item, "case": case, "step": step, "policy": policy, "phone": _on_phone(item)}


def _on_phone(item: WorkItem) -> bool:
    return item.role == Role.TECHNICIAN


def _page(
    request: HttpRequest, item: WorkItem, form: StepForm, status: int, way: list[WorkItem] | None = None
) -> HttpResponse:
    user, step = user_of(request), handler(item.element)
    context = {
        **step.evidence(form.case, item, form.policy, user),
        "form": form,
        "courtesy_names": contexts.courtesy_names(form.policy),
        "review_name": REVIEW,
    }
    if _on_phone(item):
        context |= technician.beside_step(context["order"], item)
    return _show(request, item, context, [step.template, "steps/default.html"], status, way)


def _show(
    request: HttpRequest,
    item: WorkItem,
    context: dict[str, Any],
    templates: str | list[str],
    status: int = 200,
    way: list[WorkItem] | None = None,
) -> HttpResponse:
    """The page of a step in its frame: on the phone, or on the desk under the way that the case has taken."""
    body = select_template([templates] if isinstance(templates, str) else templates)
    context = {**_frame(item), **context, "body": body}
    if _on_phone(item):
        return render(request, "cases/step_phone.html", context, status=status)
    user = user_of(request)
    context["may_open_case"] = user.has_role(*CASE_READERS)
    return work(request, contexts.frame(item.instance.case, user, way) | context, status=status)


def _conflict(request: HttpRequest, item: WorkItem, conflict: Exception) -> HttpResponse:
    """Somebody else was first: say who and when, and give back what was typed."""
    item.refresh_from_db()
    form = _form(request, item, request.POST)
    typed = [(field.label, text) for field in form.visible_fields() if (text := _text(field))]
    told = {"conflict": str(conflict), "typed": typed, "event": contexts.happened(item)}
    return _show(request, item, told, "cases/conflict.html", 409)


def _named(choices: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    """Key and name of each choice, also of those in groups; keys of records are numbers where they are chosen from."""
    for key, name in choices:
        if isinstance(name, list | tuple):
            yield from _named(name)
        else:
            yield str(key), name


def _text(field: BoundField) -> str:
    """What was typed or chosen, as it was read; drawings and files are not shown."""
    value, chosen = field.value(), dict(_named(getattr(field.field, "choices", ())))
    if isinstance(value, list | str) and chosen:
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(chosen.get(str(each), each)) for each in values if each)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return "" if text.startswith("data:") else text
