"""What products let the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

product_terminated = Signal()
"""A product has ended. Sent with `product` (Product), `case_number` (the case that ended it, or empty)
and `actor` (User or None). Receivers must not raise; what locks a case waits for the commit."""

courtesies_started = Signal()
"""Courtesies began, at once or by the sweep. Sent with `courtesies` (list of Courtesy with their product).
Receivers must not raise."""

courtesies_withdrawn = Signal()
"""Courtesies were taken back before their end. Sent with `courtesies` (list of Courtesy). Receivers must not raise."""
