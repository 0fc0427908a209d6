"""What a supervisor of an operations centre may see: the work orders of the own centre."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from arraigo import clock
from arraigo.fieldwork.models import PrintBatch
from arraigo.orders.errors import WrongState
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention import board
from arraigo.web import lists
from arraigo.web.cases.access import units_as
from arraigo.web.operations.errors import OrdersChanged, TooManyOrders
from arraigo.web.operations.lists import orders as order_list

MOST_AT_ONCE = 500
"""Orders that are printed or given to somebody at once."""


def centers(user: User) -> list[int]:
    """The operations centres that `user` supervises."""
    return units_as(user, Role.OPERATIONS_SUPERVISOR)


def open_orders(user: User) -> QuerySet[WorkOrder]:
    """Open orders of the own centres as the board shows them (`retention.board.open_orders`)."""
    return board.open_orders(centers(user))


def order(user: User, number: str) -> WorkOrder:
    """An order of the own centres, open or closed by now; 404 for any other."""
    own = WorkOrder.objects.filter(operations_center_id__in=centers(user)).select_related("customer", "technician")
    found = own.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def orders(user: User, numbers: Sequence[str]) -> list[WorkOrder]:
    """The chosen orders; 404 where one is not of the own centres. Raises WrongState for one that is closed by now."""
    wanted = [number for number in numbers if "\0" not in number]
    own = WorkOrder.objects.filter(operations_center_id__in=centers(user), number__in=wanted)
    found = list(own.select_related("customer", "zone", "technician"))
    if len(found) != len(set(numbers)):
        raise Http404
    for closed in found:
        if closed.closed_at is not None:
            raise WrongState(closed.number, closed.get_state_display())
    return found


def everything(user: User, shown: str) -> list[WorkOrder]:
    """All orders that a filter of the board leaves; `shown` is how many there were, "?" and the filters.

    Raises OrdersChanged where there are more or fewer by now, TooManyOrders beyond MOST_AT_ONCE.
    """
    count, _mark, filters = shown.partition("?")
    own = centers(user)
    spec = order_list(own, board.technicians(own, clock.now()))
    found = list(lists.filtered(spec, open_orders(user), filters)[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        raise TooManyOrders(MOST_AT_ONCE)
    if str(len(found)) != count:
        raise OrdersChanged(len(found))
    return found


def batches(user: User) -> QuerySet[PrintBatch]:
    """Print batches of the own centres, newest first; one across centres where all its orders are of them."""
    own = centers(user)
    orders = WorkOrder.objects.filter(print_batches=OuterRef("pk"))
    across = Q(Exists(orders), ~Exists(orders.exclude(operations_center_id__in=own)), operations_center=None)
    return (
        PrintBatch.objects.filter(Q(operations_center_id__in=own) | across)
        .select_related("printed_by", "opened_by")
        .order_by("-printed_at", "-id")
    )


def batch(user: User, number: str) -> PrintBatch:
    """A batch of the own centres; 404 for any other."""
    found = batches(user).filter(number=number).first()
    if found is None:
        raise Http404
    return found
