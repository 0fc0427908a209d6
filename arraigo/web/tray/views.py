"""The trays: one page for every role that has a lane in the diagram."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from arraigo import clock
from arraigo.desk import queries as desk
from arraigo.people.models import Role
from arraigo.web import lists, nav
from arraigo.web.access import STEP_ROLES, staff, user_of
from arraigo.web.tray import contexts
from arraigo.web.tray import lists as spec

SOON = dt.timedelta(hours=4)
"""How long before they are due calls stand above the tray."""
MOST_CALLS = 20


@require_GET
@staff(*STEP_ROLES)
def tray(request: HttpRequest, role: str) -> HttpResponse:
    """What a role is to do now: re-opened and VIP cases first, then by due time."""
    user = user_of(request)
    if role not in nav.trays(user):
        raise Http404
    template = "tray/tray_phone.html" if role == Role.TECHNICIAN else "tray/tray.html"
    talks = role in (Role.ADVISOR, Role.TEAM_LEAD)
    calls = desk.calls_due(user, clock.now() + SOON)[:MOST_CALLS] if talks else []
    context = {"role": role, "calls": calls, "talks": talks}
    return lists.reply(
        request, spec.tray(role), lambda: spec.items(user, role), template, context,
        prepare=lambda found: contexts.rows(found, user), begin=lambda: spec.first_items(user, role),
        total=lambda: spec.some(user, role),
    )  # fmt: skip
