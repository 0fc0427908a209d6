"""What every template may use."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from arraigo.messages import queries as notices
from arraigo.messages.models import Notice
from arraigo.people.models import User
from arraigo.web import access, nav
from arraigo.workdays.offset import offset

MOST_NOTICES = 8


def unread(user: User) -> list[Notice]:
    """The newest notices that `user` has not read, one more than is shown."""
    return list(notices.unread(user)[: MOST_NOTICES + 1])


def shared(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"clock_ahead": offset()}
    return {
        "clock_ahead": offset(),
        "navigation": SimpleLazyObject(lambda: nav.entries(user, request.path)),
        "can_search": user.has_role(*access.CUSTOMER_READERS),
        "can_open_cases": user.has_role(*access.CASE_READERS),
        "notices": SimpleLazyObject(lambda: unread(user)),
    }
