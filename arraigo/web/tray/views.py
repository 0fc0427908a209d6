"""The trays: one page for every role that has a lane in the diagram."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from arraigo.people.models import Role
from arraigo.retention import queries
from arraigo.web import lists, nav
from arraigo.web.access import STEP_ROLES, staff, user_of
from arraigo.web.tray import contexts
from arraigo.web.tray.lists import tray as tray_list


@require_GET
@staff(*STEP_ROLES)
def tray(request: HttpRequest, role: str) -> HttpResponse:
    """What a role is to do now: re-opened and VIP cases first, then by due time."""
    user = user_of(request)
    if role not in nav.trays(user):
        raise Http404
    items = queries.tray(user, role).select_related("instance__case__customer__zone", "assignee")
    template = "tray/tray_phone.html" if role == Role.TECHNICIAN else "tray/tray.html"
    return lists.reply(
        request, tray_list(role), items, template, {"role": role}, prepare=lambda found: contexts.rows(found, user)
    )
