"""What customers let the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

customer_died = Signal()
"""It became known that a customer died. Sent with `customer` (Customer, `deceased_on` set) and `actor`
(User or None). Receivers must not raise; what locks a case waits for the commit."""
