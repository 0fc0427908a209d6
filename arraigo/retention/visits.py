"""The case's work order on its way through the field (steps 6–8)."""

from typing import Any

from arraigo.engine.models import WorkItem
from arraigo.fieldwork.models import Visit
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention.models import RetentionCase
from arraigo.tickets.models import TroubleTicket

MOST_TICKETS, MOST_VISITS = 8, 5
ORDER_PARTS = ("customer", "zone", "technician", "operations_center", "product_order", "visit")


def current_order(case: RetentionCase) -> WorkOrder:
    """The case's latest work order, with what its pages show; read once for one `case` object."""
    if case.current_order is None:
        orders = WorkOrder.objects.filter(case_number=case.number).select_related(*ORDER_PARTS)
        case.current_order = orders.latest("id")
    return case.current_order


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return of_order(current_order(case))


def of_order(order: WorkOrder) -> dict[str, Any]:
    """What who goes there must know: the products, the faults of the order and of the customer, earlier visits."""
    earlier = Visit.objects.filter(work_order__customer=order.customer_id, work_order__closed_at__isnull=False)
    faults = TroubleTicket.objects.filter(customer=order.customer_id).select_related("product__offering")
    return {
        "order": order,
        "products": list(order.products.select_related("offering")),
        "tickets": list(order.tickets.order_by("-opened_at")),
        "faults": list(faults.order_by("-opened_at")[:MOST_TICKETS]),
        "phones": list(order.customer.phones.all()),
        "earlier": list(earlier.select_related("work_order", "technician").order_by("-arrived_at")[:MOST_VISITS]),
    }
