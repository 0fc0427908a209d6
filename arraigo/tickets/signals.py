"""What trouble tickets let the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

ticket_moved = Signal()
"""A ticket changed its state. Sent with `ticket` (TroubleTicket, its state set). Receivers write in the
same transaction and must not raise."""
