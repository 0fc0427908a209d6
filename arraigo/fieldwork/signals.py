"""What field work lets the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

technician_left = Signal()
"""A technician is on the way. Sent with `trip` (Trip, its order and customer read) and `actor` (User).
Receivers must not raise."""

customer_absent = Signal()
"""Nobody was at home. Sent with `trip` (Trip, its order and customer read) and `actor` (User).
Receivers must not raise."""
