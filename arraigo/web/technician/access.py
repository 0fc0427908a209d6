"""What a technician may see: the own open orders and the tasks that wait for them."""

from arraigo.engine.models import WorkItem
from arraigo.orders import queries as orders
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention import queries


def visits(user: User) -> list[tuple[WorkOrder, WorkItem | None]]:
    """The open orders of `user`, priority first, then by hours left, each with its open task."""
    tasks = {item.instance.key: item for item in queries.tray(user, Role.TECHNICIAN)}
    found = orders.of_technician(user.pk).prefetch_related("products__offering")
    return [(order, tasks.get(order.case_number)) for order in found]
