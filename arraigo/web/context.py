"""What every template may use."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from arraigo.messages import queries as notices
from arraigo.messages.models import Notice
from arraigo.people.models import User
from arraigo.web import access, nav
from arraigo.workdays.models import ClockOffset

MOST_NOTICES = 8


def clock_ahead() -> dt.timedelta:
    """How far the demo clock stands ahead; nothing in production."""
    if settings.PRODUCTION:
        return dt.timedelta()
    return ClockOffset.objects.values_list("ahead", flat=True).first() or dt.timedelta()


def unread(user: User) -> list[Notice]:
    """The newest notices that `user` has not read, one more than is shown."""
    return list(notices.unread(user)[: MOST_NOTICES + 1])


def shared(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"clock_ahead": SimpleLazyObject(clock_ahead)}
    return {
        "clock_ahead": SimpleLazyObject(clock_ahead),
        "navigation": SimpleLazyObject(lambda: nav.entries(user, request.path)),
        "can_search": user.has_role(*access.CUSTOMER_READERS),
        "can_open_cases": user.has_role(*access.CASE_READERS),
        "notices": SimpleLazyObject(lambda: unread(user)),
    }
