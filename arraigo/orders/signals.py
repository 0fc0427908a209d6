"""What work orders let the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

visit_ordered = Signal()
"""A visit was ordered (step 5) or follows one that could not be solved. Sent with `order` (WorkOrder)
and `products` (list of Product). Receivers must not raise."""

order_escalated = Signal()
"""A part of an order's hours is gone. Sent with `order` (WorkOrder), `percent` (int) and `level` (0 for
the first part of the policy, the last one is the end of the hours). Receivers must not raise."""

visit_not_solved = Signal()
"""A visit could not be solved on site. Sent with `order` (WorkOrder). Receivers must not raise."""

orders_cancelled = Signal()
"""Visits were cancelled before they took place. Sent with `orders` (list of WorkOrder) and `actor` (User or None).
Receivers must not raise."""

clock_changed = Signal()
"""The 24 hours of an order stand still, or run on with another due time. Sent with `order` (WorkOrder).
Receivers write in the same transaction, or after it, and must not raise."""

visit_put_off = Signal()
"""The customer asked for a later hour: the 24 hours stand still until then. Sent with `order` (WorkOrder) and
`pause` (Pause, its `until` set). Receivers must not raise."""

visit_resumed = Signal()
"""The 24 hours of an order run on, though not because the hour for which the customer asked has come. Sent with
`order` (WorkOrder), `pause` (Pause, ended), `actor` (User or None) and `coming` (bool: the technician is on the way
or there). Receivers must not raise."""

order_assigned = Signal()
"""An order went to a technician. Sent with `order` (WorkOrder, its technician set), `before` (the User who had it,
or None) and `actor` (User or None). Receivers must not raise."""
