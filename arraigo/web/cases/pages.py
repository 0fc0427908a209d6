"""A page of a case: the whole, or the part that changes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from arraigo.web import replies


def form_page(request: HttpRequest, context: dict[str, Any], *, status: int = 400) -> HttpResponse:
    """A form about a case in its frame; `status` where it was sent and has errors: what was typed is in it."""
    wrong = request.method == "POST" and context["form"].errors
    return work(request, context, status=status if wrong else 200)


def work(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page in the frame of its case; where htmx asks, only what changes from step to step.

    `context["body"]` is the template of what stands under the way taken.
    """
    is_part = replies.partial(request)
    template = "cases/work.html" if is_part else "cases/page.html"
    response = render(request, template, context | {"is_part": is_part}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    if status >= 400:  # the address of a form that came back is not a place of its own
        response["HX-Push-Url"] = "false"
    return response
