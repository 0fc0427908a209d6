"""What a supervisor of an operations centre may see: the work orders of the own centre."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from arraigo.fieldwork.models import PrintBatch
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention import board
from arraigo.web.cases.access import units_as


def centers(user: User) -> list[int]:
    """The operations centres that `user` supervises."""
    return units_as(user, Role.OPERATIONS_SUPERVISOR)


def open_orders(user: User) -> QuerySet[WorkOrder]:
    """Open orders of the own centres as the board shows them (`retention.board.open_orders`)."""
    return board.open_orders(centers(user))


def order(user: User, number: str) -> WorkOrder:
    """An open order of the own centres; 404 for any other."""
    found = open_orders(user).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def orders(user: User, numbers: Sequence[str]) -> list[WorkOrder]:
    """The chosen open orders; 404 where one of them is not the person's."""
    found = list(open_orders(user).filter(number__in=[number for number in numbers if "\0" not in number]))
    if len(found) != len(set(numbers)):
        raise Http404
    return found


def batches(user: User) -> QuerySet[PrintBatch]:
    """Print batches of the own centres, newest first; one across centres where all its orders are of them."""
    own = centers(user)
    orders = WorkOrder.objects.filter(print_batches=OuterRef("pk"))
    across = Q(Exists(orders), ~Exists(orders.exclude(operations_center_id__in=own)), operations_center=None)
    return (
        PrintBatch.objects.filter(Q(operations_center_id__in=own) | across)
        .select_related("printed_by")
        .order_by("-printed_at", "-id")
    )


def batch(user: User, number: str) -> PrintBatch:
    """A batch of the own centres; 404 for any other."""
    found = batches(user).filter(number=number).first()
    if found is None:
        raise Http404
    return found
