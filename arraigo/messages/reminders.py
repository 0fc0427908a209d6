"""What customers are told ahead of time, by a sweep."""

import datetime as dt

from arraigo.messages.actions import send_to_customer
from arraigo.messages.models import Message
from arraigo.messages.receivers import courtesy_places
from arraigo.procedure import queries as procedures
from arraigo.procedure.errors import NoProcedure
from arraigo.products.models import Courtesy

KIND = "courtesy.ending"


def tell_of_ending_courtesies(now: dt.datetime) -> int:
    """Write to customers whose courtesy ends within the policy's days; how many. Each is told once."""
    try:
        days = procedures.current_policy().integer("notice.courtesy_ending_days", 3)
    except NoProcedure:
        return 0
    ending = list(
        Courtesy.objects.filter(
            status=Courtesy.Status.ACTIVE, ends_at__gt=now, ends_at__lte=now + dt.timedelta(days=days)
        ).select_related("product__offering")
    )
    keys = {f"{KIND}:{courtesy.pk}" for courtesy in ending}
    told = set(Message.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", flat=True))
    new = [courtesy for courtesy in ending if f"{KIND}:{courtesy.pk}" not in told]
    for courtesy in new:
        send_to_customer(
            courtesy.product.customer_id,
            KIND,
            courtesy_places(courtesy),
            case_number=courtesy.case_number,
            reference=str(courtesy.pk),
            until=courtesy.ends_at,
        )
    return len(new)
