"""When the controls fall due, and what is looked up before the call (steps 9 and 10)."""

import datetime as dt
from typing import Any

from arraigo import clock
from arraigo.orders.models import WorkOrder
from arraigo.procedure.policy import Policy
from arraigo.tickets.models import TroubleTicket
from arraigo.workdays import queries as workdays


def call_time(moment: dt.datetime, policy: Policy) -> dt.datetime:
    """The end of the last call window on the next business day from `moment` on.

    Two and thirty days are calendar days; the call itself falls on a business day.
    """
    day = workdays.next_business_day(clock.local(moment).date())
    ends = [dt.time.fromisoformat(window[1]) for window in policy.value("control.windows")]
    due = dt.datetime.combine(day, max(ends), clock.LA_PAZ).astimezone(dt.UTC)
    if due >= moment:
        return due
    later = workdays.next_business_day(day + dt.timedelta(days=1))
    return dt.datetime.combine(later, max(ends), clock.LA_PAZ).astimezone(dt.UTC)


def new_faults(order: WorkOrder) -> list[TroubleTicket]:
    """Countable faults on the order's products, opened after the visit was closed."""
    since = order.closed_at or order.created_at
    return list(
        TroubleTicket.objects.filter(
            product__in=order.products.all(), type=TroubleTicket.Type.FAULT, opened_at__gt=since
        )
        .exclude(status__in=TroubleTicket.NOT_COUNTABLE)
        .order_by("opened_at")
    )


def facts(order: WorkOrder) -> dict[str, Any]:
    """What the caller should know before calling: new faults and the state of every product."""
    return {
        "new_faults": [ticket.number for ticket in new_faults(order)],
        "products": {product.number: product.status for product in order.products.all()},
    }
