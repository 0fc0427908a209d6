"""What was typed is not lost: kept as it is typed, when it was refused, and when the session had run out.

Of who is signed in it lies in the database, and survives a restart of the server; of who is not any more
in the session, until that same person signs in again and opens the page: a signed cookie says who typed, so that
nobody else who signs in there gets it. It goes when the form was taken.
"""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from arraigo.desk import actions as desk
from arraigo.desk import queries
from arraigo.people.models import User

KEY = "typed"
TYPIST = "typist"
"""The cookie with the key of who was last signed in here."""
TYPIST_AGE = dt.timedelta(days=30)
MOST_BYTES = 64 * 1024
MOST_DRAFTS = 5
MOST_PATH = 200
NEVER_KEPT = ("csrfmiddlewaretoken", "page", "back")
REFUSED = (400, 409)


def page_of(request: HttpRequest) -> str:
    """The page whose form was sent: the hidden field `page`, where a button posts it elsewhere, or the path."""
    page = request.POST.get("page", "")
    return page if _is_path(page) else request.path


def _is_path(page: str) -> bool:
    # PostgreSQL takes no NUL, and no address has one.
    return page.startswith("/") and "\0" not in page and url_has_allowed_host_and_scheme(page, allowed_hosts=None)


def shown_on(request: HttpRequest) -> str:
    """The page that held a form which posts elsewhere: its hidden `back` or `page`, else the Referer of this host."""
    named = request.POST.get("back", "") or request.POST.get("page", "")
    if _is_path(named):
        return named
    came = urlsplit(request.headers.get("Referer", ""))
    path = urlunsplit(("", "", came.path, came.query, ""))
    return path if came.netloc == request.get_host() and _is_path(path) else "/"


def _typed(request: HttpRequest) -> str:
    """The typed fields as text; no password, no drawing, and nothing beyond 64 kB."""
    typed = request.POST.copy()
    for name in list(typed):
        if name in NEVER_KEPT or "password" in name or str(typed[name]).startswith("data:"):
            typed.pop(name)
    text = typed.urlencode()
    return text if len(text) <= MOST_BYTES else ""


def keep(request: HttpRequest) -> None:
    """Keep the typed fields in the session for who is or was last signed in; five pages at most."""
    text = _typed(request)
    typist = str(request.user.pk) if isinstance(request.user, User) else _typist(request)
    if not (text and typist):
        return
    kept = request.session.get(KEY, {})
    kept[page_of(request)] = [typist, text]
    request.session[KEY] = dict(list(kept.items())[-MOST_DRAFTS:])


def _typist(request: HttpRequest) -> str:
    return request.get_signed_cookie(TYPIST, default="") or ""


def _remember(request: HttpRequest, response: HttpResponse) -> None:
    """Note in the browser who is signed in, once."""
    key = str(request.user.pk)
    if _typist(request) != key:
        response.set_signed_cookie(
            TYPIST, key, max_age=TYPIST_AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def _brought(request: HttpRequest, page: str) -> str | None:
    """What the person typed on `page` before the sign-in; what another did stays where it is."""
    kept = request.session.get(KEY, {})
    typist, text = kept.get(page, ("", ""))
    if typist != str(request.user.pk):
        return None
    request.session[KEY] = {other: each for other, each in kept.items() if other != page}
    return str(text)


def save(request: HttpRequest, page: str) -> None:
    """Keep the typed fields of who is signed in, for `page`."""
    if isinstance(request.user, User) and len(page) <= MOST_PATH:
        desk.keep_draft(request.user, page, _typed(request))


def take(request: HttpRequest, page: str = "") -> QueryDict | None:
    """What was typed on this page (or `page`) and not sent; None where nothing was."""
    page = page or request.path
    text = _brought(request, page)
    if text is None and isinstance(request.user, User) and (draft := queries.draft(request.user, page)):
        text = draft.text
    return None if text is None else QueryDict(text)


def all_of(request: HttpRequest) -> dict[str, QueryDict]:
    """Page → what was typed and not sent, for pages that hold several forms. One query a request.

    What the session brought along of this person from before the sign-in is kept in the database from now on.
    """
    if not isinstance(request.user, User):
        return {}
    if not hasattr(request, "drafts"):
        for page in list(request.session.get(KEY, {})):
            text = _brought(request, page)
            if text is not None and len(page) <= MOST_PATH:
                desk.keep_draft(request.user, page, text)
        texts = queries.drafts(request.user)
        request.drafts = {page: QueryDict(text) for page, text in texts.items()}  # type: ignore[attr-defined]
    found: dict[str, QueryDict] = request.drafts  # type: ignore[attr-defined]
    return found


def forget(request: HttpRequest) -> None:
    """What was typed was taken."""
    if isinstance(request.user, User):
        desk.drop_draft(request.user, page_of(request))


class KeepTyped:
    """Middleware: a form that came back keeps what was typed, one that was taken forgets it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Where nothing asked who is there, or the database did not answer, this does not ask either.
        if response.status_code >= 500 or not request.session.accessed or not isinstance(request.user, User):
            return response
        _remember(request, response)
        if request.method != "POST":
            return response
        if response.status_code in REFUSED:
            save(request, page_of(request))
        elif response.status_code == 302 and not transaction.get_connection().needs_rollback:
            # A refusal inside a transaction of the caller leaves nothing to be written there.
            forget(request)
        return response
