"""What a technician may see: the own orders and the tasks that wait for them."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from arraigo.engine.models import WorkItem
from arraigo.fieldwork.models import Photo
from arraigo.network.sketch import CHAIN
from arraigo.orders import queries as orders
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.products.models import Product
from arraigo.retention import queries
from arraigo.retention.visits import ORDER_PARTS
from arraigo.web.cases import access as cases


def open_orders(user: User) -> QuerySet[WorkOrder]:
    """The open orders of `user`, the next one first."""
    return orders.of_technician(user.pk)


def order(user: User, number: str) -> WorkOrder:
    """An order of `user`, open or closed; 404 for any other."""
    places = Prefetch("products", Product.objects.select_related("offering", CHAIN))
    own = WorkOrder.objects.select_related(*ORDER_PARTS).prefetch_related(places)
    found = own.filter(technician=user, number=number).first()
    if found is None:
        raise Http404
    return found


def tasks(user: User, case_numbers: Iterable[str]) -> dict[str, WorkItem]:
    """The open tasks of `user` in the technician's lane for these cases, by case number."""
    found = queries.tray(user, Role.TECHNICIAN).filter(instance__key__in=list(case_numbers))
    return {item.instance.key: item for item in found}


def task(user: User, case_number: str) -> WorkItem | None:
    """The open task of the case that waits for `user`."""
    return tasks(user, [case_number]).get(case_number)


def photo(user: User, pk: int) -> Photo:
    """A photo of an order that `user` may see; 404 for any other."""
    found = Photo.objects.select_related("work_order", "attachment").filter(pk=pk).first()
    if found is None:
        raise Http404
    cases.work_order(user, found.work_order.number)
    return found
