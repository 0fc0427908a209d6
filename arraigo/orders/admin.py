"""These records in the admin, read-only."""

from arraigo.orders.models import Pause, ProductOrder, WorkOrder
from arraigo.people.admin import show

show(Pause, ProductOrder, WorkOrder)
