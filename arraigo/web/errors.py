"""What people see when a request cannot be served."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from arraigo.out_of_service import is_out_of_service
from arraigo.people.models import Role, User
from arraigo.web import drafts

NOT_TYPED = ("page", "solved", "tasks", "cause", "not_measured")
TICK = "on"
RETRY_SECONDS = "30"
HIDDEN = ("csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2", "password1", "password2")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its proof of origin: nothing was saved. What was typed is in the page's
    own form, with a fresh proof, one button away from being sent again."""
    typed = [(name, value) for name, values in request.POST.lists() if name not in HIDDEN for value in values]
    secret = any(name in request.POST for name in HIDDEN[1:])
    context = {"typed": typed, "again": _from_here(request) and not secret}
    return render(request, "errors/csrf.html", context, status=403)


def _from_here(request: HttpRequest) -> bool:
    """Whether the form came from a page of this installation: only then may it be offered again."""
    origin = request.headers.get("Origin", "")
    return origin == f"{request.scheme}://{request.get_host()}"


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing for this person: page and status say the same in both cases. What was typed can be
    copied: a colleague may have taken the case over meanwhile."""
    user, typed = getattr(request, "user", None), _readable(request)
    if isinstance(user, User) and user.roles == {Role.TECHNICIAN}:
        return render(request, "errors/not_yours.html", {"typed": typed}, status=404)
    return render(request, "errors/404.html", {"typed": _in_words(typed)}, status=404)


def _readable(request: HttpRequest) -> list[str]:
    """What was typed into a form whose page is no longer this person's: texts to write down, no ticks and drawings."""
    unread = (*NOT_TYPED, *HIDDEN)
    values = [value for name, values in request.POST.lists() if name not in unread for value in values]
    return [value for value in values if value.strip() not in ("", TICK) and not value.startswith(("data:", "/"))]


def _in_words(typed: list[str]) -> list[str]:
    return [text for text in typed if " " in text.strip()]  # the others are keys of what was chosen


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke: a page that needs neither database nor session. 503, with what was typed, where the database
    did not answer or the disk is full: the same request may be answered later."""
    if not is_out_of_service(sys.exc_info()[1]):
        return render(None, "errors/500.html", status=500)
    again = drafts.shown_on(request) if request.method == "POST" else request.get_full_path()
    response = render(None, "errors/503.html", {"typed": _in_words(_readable(request)), "again": again}, status=503)
    response["Retry-After"] = RETRY_SECONDS
    return response
