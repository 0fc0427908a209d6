"""Ways of answering that many views share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from arraigo.records import RuleBroken
from arraigo.web import drafts


def back(request: HttpRequest, fallback: str, *args: Any) -> HttpResponse:
    """To the page whose form was sent, where the form names it; else to the route `fallback`."""
    named = "page" in request.POST or "back" in request.POST
    return redirect(drafts.shown_on(request)) if named else redirect(fallback, *args)


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 400) -> HttpResponse:
    """The page; `status` where its form was sent and has errors: what was typed is in it."""
    form = context.get("form")
    wrong = request.method == "POST" and form is not None and form.errors
    return render(request, template, context, status=status if wrong else 200)


def partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (not when it puts back a page of the browser's history)."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def typed(request: HttpRequest, page: str = "") -> QueryDict | None:
    """What a form is filled with: what was sent, or what was typed before on this page (or `page`)."""
    if request.method == "POST":
        return request.POST
    draft = drafts.take(request, page)
    if draft is not None:
        messages.info(request, _("What you had typed is here again: look it over and send it."))
    return draft


def unfinished(form: BaseForm) -> bool:
    """Leave out of a form that is put back what was not reached yet: it is no mistake; what was typed wrong is.

    Whether anything was.
    """
    typed: Any = form.data
    missing = [name for name in form.errors if name not in form.fields or not any(typed.getlist(form.add_prefix(name)))]
    for name in missing:
        del form.errors[name]
    return bool(missing)


def sent(request: HttpRequest, form: BaseForm) -> bool:
    """Whether the form was sent now and is good (a draft put back is only shown)."""
    return request.method == "POST" and form.is_valid()


def refused(request: HttpRequest, refusal: RuleBroken) -> HttpResponse:
    """A page that says the rule's sentence, in the place of what cannot be shown."""
    return render(request, "errors/refused.html", {"why": str(refusal)}, status=409)


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Carry out `act`; tell the person `done`, or the rule's own sentence where it refuses."""
    try:
        act()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True
