"""What terminations let the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

terminations_requested = Signal()
"""A customer's terminations were registered under one receipt. Sent with `terminations` (list of
Termination with their products). Receivers must not raise."""

termination_withdrawn = Signal()
"""The customer withdrew a requested termination. Sent with `termination` (Termination) and `actor`
(User or None). Receivers must not raise; what locks a case waits for the commit."""
