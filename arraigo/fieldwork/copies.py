"""The customer's copy: a link to the papers of one visit that cannot be guessed, and ends by itself."""

import datetime as dt

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from arraigo import clock
from arraigo.fieldwork.errors import CopyExpired, CopyUnknown
from arraigo.orders.models import WorkOrder

SALT = "arraigo.fieldwork.copies"


def token(order: WorkOrder, *, now: dt.datetime | None = None) -> str:
    """What stands in the link to the papers of `order`: its number and the last second it holds, signed."""
    until = (now or clock.now()) + dt.timedelta(days=settings.COPY_DAYS)
    return Signer(salt=SALT).sign_object([order.number, int(until.timestamp())])


def path(order: WorkOrder) -> str:
    """The path of the page with the papers of `order`, for who is not signed in."""
    return reverse("paper_copy", args=[token(order)])


def order_of(token: str) -> tuple[str, dt.datetime]:
    """The order's number and until when the link holds. Raises CopyUnknown, CopyExpired."""
    try:
        number, until = Signer(salt=SALT).unsign_object(token)
        end = dt.datetime.fromtimestamp(int(until), tz=dt.UTC)
    except (BadSignature, ValueError, TypeError, OverflowError) as error:
        raise CopyUnknown from error
    if end < clock.now():
        raise CopyExpired(f"{clock.local(end):%d/%m/%Y}")
    return str(number), end
