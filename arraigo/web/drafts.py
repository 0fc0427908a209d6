"""What was typed survives an expired session: kept under the page's path until the page is opened again."""

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

KEY = "drafts"
MOST_BYTES = 64 * 1024
MOST_DRAFTS = 5
NEVER_KEPT = ("csrfmiddlewaretoken", "password")


def page_of(request: HttpRequest) -> str:
    """The page whose form was sent: the hidden field `page`, where a form posts elsewhere, or the path."""
    page = request.POST.get("page", "")
    if page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return page
    return request.path


def keep(request: HttpRequest) -> None:
    """Keep the typed fields in the (still anonymous) session; nothing beyond 64 kB, five pages at most."""
    typed = request.POST.copy()
    for name in NEVER_KEPT:
        typed.pop(name, None)
    text = typed.urlencode()
    if not text or len(text) > MOST_BYTES:
        return
    kept = request.session.get(KEY, {})
    kept[page_of(request)] = text
    request.session[KEY] = dict(list(kept.items())[-MOST_DRAFTS:])


def take(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before the session ran out, once; None where nothing was."""
    kept = request.session.get(KEY, {})
    text = kept.pop(request.path, None)
    if text is None:
        return None
    request.session[KEY] = kept
    return QueryDict(text)
