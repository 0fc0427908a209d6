"""Ways of answering that many views share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from arraigo.records import RuleBroken
from arraigo.web import drafts


def back(request: HttpRequest, fallback: str, *args: Any) -> HttpResponse:
    """To the page whose form was sent, else to the route `fallback`."""
    return redirect(drafts.page_of(request)) if "page" in request.POST else redirect(fallback, *args)


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page; 400 where its form was sent and has errors: what was typed is in it."""
    form = context.get("form")
    return render(request, template, context, status=400 if form is not None and form.errors else 200)


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Carry out `act`; tell the person `done`, or the rule's own sentence where it refuses."""
    try:
        act()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True
