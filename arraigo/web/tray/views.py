"""The trays: one page for every role that has a lane in the diagram."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from arraigo.people.models import Role
from arraigo.web import nav
from arraigo.web.access import STEP_ROLES, staff, user_of
from arraigo.web.tray import contexts

PAGE = 50


@require_GET
@staff(*STEP_ROLES)
def tray(request: HttpRequest, role: str) -> HttpResponse:
    """What a role is to do now: re-opened and VIP cases first, then by due time."""
    user = user_of(request)
    if role not in nav.trays(user):
        raise Http404
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1
    rows, more = contexts.rows(user, role, page=page, size=PAGE)
    context = {
        "rows": rows,
        "role": role,
        "number": page,
        "previous": page - 1,
        "next": page + 1 if more else 0,
    }
    template = "tray/tray_phone.html" if role == Role.TECHNICIAN else "tray/tray.html"
    return render(request, template, context)
