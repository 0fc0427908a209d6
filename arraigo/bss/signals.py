"""What the commands let the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

command_stuck = Signal()
"""A command failed, or nobody knows whether it was applied: a person has to look. Sent with `command`. Receivers must
not raise."""
