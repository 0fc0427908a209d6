"""Who may open which page. What a role may not see does not exist for it: 404, not a hidden button.

Every view carries `@staff(…)` with its roles, which the middleware `Guard` reads; Django's admin is there for
its staff. Which objects a person may see is decided in the `access.py` of each desk, whose functions return
the object or raise `Http404`.
"""

from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from arraigo.people.models import ANSWERED_FOR, Role, User, head_of
from arraigo.people.models import CASE_READERS as CASE_READERS
from arraigo.web import drafts

View: TypeAlias = Callable[..., HttpResponse]

EVERYBODY = tuple(Role.values)
CUSTOMER_READERS = (
    Role.ADVISOR,
    Role.TEAM_LEAD,
    Role.OPERATIONS_SUPERVISOR,
    Role.INCIDENT_FOLLOW_UP,
    Role.QUALITY_MANAGEMENT,
    Role.COMMERCIAL_MANAGEMENT,
    Role.BILLING,
)
CUSTOMER_WRITERS = (Role.ADVISOR, Role.TEAM_LEAD)
STEP_ROLES = (
    Role.ADVISOR,
    Role.TEAM_LEAD,
    Role.OPERATIONS_SUPERVISOR,
    Role.TECHNICIAN,
    Role.INCIDENT_FOLLOW_UP,
    Role.QUALITY_MANAGEMENT,
    Role.COMMERCIAL_MANAGEMENT,
)
"""Roles that have a lane in the diagram, and so a tray."""
LIGHTS = (Role.ADVISOR, Role.TEAM_LEAD, Role.COMMERCIAL_MANAGEMENT)
"""Who sees the Central de Riesgos: the roles that judge the background (1.1) or answer for it."""
HEADS = (Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES)
UNIT_HEADS = tuple(head_of(role) for role in ANSWERED_FOR)
"""Who heads a unit and is told of its overdue controls, whatever roles they have themselves."""
MANAGEMENT_READERS = (Role.COMMERCIAL_MANAGEMENT, *HEADS)


def user_of(request: HttpRequest) -> User:
    """The person signed in; 404 for nobody (a view without `@staff` must not get here)."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def staff(*roles: str) -> Callable[[View], View]:
    """Let people with one of `roles`, or of the other standings (`UNIT_HEADS`), in; without any, everybody signed
    in. `Guard` sees to it."""

    def decorate(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return decorate


def posted(view: View) -> View:
    """A view that only takes forms: whoever signs in anew is led to the page that held the form, not to it."""
    taking = require_POST(view)
    taking.posted = True  # type: ignore[attr-defined]
    return taking


class Guard:
    """Middleware that lets into a view only whom its `@staff(…)` names, and into Django's admin only its
    staff, before anything else of the view answers: others get 404 whatever their request's method,
    nobody-yet the sign-in page.

    What was typed into a form whose session has run out is kept until its page is opened again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        if "\0" in request.path:  # PostgreSQL cannot even be asked for such a number
            raise Http404
        roles, of_the_admin = getattr(view, "roles", None), _is_of_the_admin(request)
        if roles is None and not of_the_admin:
            return None
        if not request.user.is_authenticated:
            return _sign_in(request, posted=getattr(view, "posted", of_the_admin and request.method == "POST"))
        if not (admin.site.has_permission(request) if of_the_admin else _has_one(request, roles)):
            raise Http404
        return None


def _is_of_the_admin(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.app_name == "admin"


def _has_one(request: HttpRequest, roles: frozenset[str] | None) -> bool:
    return not roles or not user_of(request).standings.isdisjoint(roles)


def _sign_in(request: HttpRequest, *, posted: bool) -> HttpResponse:
    if request.method == "POST":
        drafts.keep(request)
    if request.headers.get("HX-Request"):
        # The whole page goes to the sign-in: a part of it must not be put in the place of a part.
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))._replace(scheme="", netloc="")
        return HttpResponse(headers={"HX-Redirect": redirect_to_login(urlunsplit(shown) or "/").url})
    if posted:
        return redirect_to_login(drafts.shown_on(request))
    page = drafts.page_of(request)
    return redirect_to_login(request.get_full_path() if page == request.path else page)
