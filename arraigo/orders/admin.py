"""These records in the admin, read-only."""

from arraigo.orders.models import Escalation, Pause, ProductOrder, WorkOrder
from arraigo.people.admin import show

show(Escalation, Pause, ProductOrder, WorkOrder)
