"""What every template may use."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from arraigo.messages import queries as notices
from arraigo.people.models import User
from arraigo.web import access
from arraigo.workdays.offset import offset

MOST_COUNTED = 9


def unread(user: User) -> str:
    """How many notices `user` has not read: "3", "9+"; empty for none."""
    count = len(notices.some_unread(user))
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


def shared(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"clock_ahead": offset()}
    return {
        "clock_ahead": offset(),
        "can_search": user.has_role(*access.CUSTOMER_READERS),
        "can_open_cases": user.has_role(*access.CASE_READERS),
        "unread": SimpleLazyObject(lambda: unread(user)),
    }
