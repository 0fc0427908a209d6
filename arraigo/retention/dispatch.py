"""The operations centre's verbs on several orders at once: print and assign, hand over (step 6)."""

from collections.abc import Sequence

from django.db import transaction

from arraigo.engine import actions as engine
from arraigo.engine.errors import AlreadyCompleted, ItemCancelled
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import PrintBatch
from arraigo.orders import progress
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention import actions


def print_and_assign(orders: Sequence[WorkOrder], *, technician: User | None, actor: User) -> PrintBatch:
    """Print the orders in one batch; with a `technician`, assign them and complete their step 6.

    The batch is one transaction and each order's step one more: an order whose step somebody else
    completes meanwhile stays as that person left it.
    """
    batch = fieldwork.print_batch(orders, actor=actor, technician=technician)
    if technician is None:
        return batch
    waiting = WorkItem.objects.filter(
        instance__key__in=[order.case_number for order in orders],
        element="step_06",
        status=WorkItem.Status.OPEN,
    )
    data = {"technician": str(technician.pk), "batch": str(batch.pk)}
    for item_id in waiting.order_by("id").values_list("id", flat=True):
        try:
            actions.complete_step(item_id, actor=actor, data=data)
        except (AlreadyCompleted, ItemCancelled):
            continue
    return batch


@transaction.atomic
def hand_over(order: WorkOrder, *, technician: User, actor: User) -> WorkOrder:
    """Give the order, and the visit that waits in a technician's tray, to `technician`."""
    waiting = WorkItem.objects.filter(
        instance__key=order.case_number, role=Role.TECHNICIAN, status=WorkItem.Status.OPEN
    )
    for item_id in waiting.values_list("id", flat=True):
        engine.reassign(item_id, assignee=technician)
    return progress.assign(order, technician=technician, actor=actor)
