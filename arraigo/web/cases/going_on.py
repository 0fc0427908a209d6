"""Where a person goes on after a step."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from arraigo.retention import queries
from arraigo.web.access import CASE_READERS, user_of
from arraigo.web.cases import access


def after(request: HttpRequest, number: str, opened: list[int]) -> HttpResponse:
    """The next step that is theirs, else the case, else their own first page."""
    user = user_of(request)
    own = next((item for item in queries.opened(opened) if access.may_do(user, item)), None)
    if own is not None:
        return redirect("step", number, own.pk)
    if user.has_role(*CASE_READERS):
        return redirect("case", number)
    return redirect("home")
