"""The case's work order on its way through the field (steps 6–8)."""

from typing import Any

from arraigo.engine.models import WorkItem
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention.models import RetentionCase


def current_order(case: RetentionCase) -> WorkOrder:
    """The case's latest work order, with what its pages show; read once for one `case` object."""
    if case.current_order is None:
        case.current_order = (
            WorkOrder.objects.filter(case_number=case.number)
            .select_related("customer", "zone", "technician", "operations_center", "product_order", "visit")
            .latest("id")
        )
    return case.current_order


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    order = current_order(case)
    return {
        "order": order,
        "products": list(order.products.select_related("offering")),
        "tickets": list(order.tickets.order_by("-opened_at")),
        "phones": list(order.customer.phones.all()),
        "earlier": list(
            WorkOrder.objects.filter(customer=order.customer, closed_at__isnull=False).order_by("-closed_at")[:5]
        ),
    }
