"""How messages leave: one transport for each channel, chosen by the setting `MESSAGE_TRANSPORTS`.

A transport is made anew for each sweep and keeps nothing. The console (a file each, and a line) is the default, so that
nothing leaves the machine unless an installation says so.
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from arraigo.messages.models import Message

NAMES = {
    "console": "arraigo.messages.transports.console.Console",
    "smtp": "arraigo.messages.transports.smtp.Smtp",
    "gateway": "arraigo.messages.transports.gateway.Gateway",
}
"""Names of the transports in the settings; `off` leaves a channel out."""


class Refused(Exception):
    """The other side answered that it will not take this message: sending it again does not help."""


class Transport(Protocol):
    """Hands a message over. `send` raises `Unreachable`, `NoAnswer` (bss.interface) or `Refused`."""

    honours_keys: bool
    """The other side takes an idempotency key at most once, so that an unanswered message may be sent again."""

    def send(self, message: Message) -> str:
        """Send `message`, whose address and text are set; what the other side answered, for people to read."""
        ...


def transports() -> dict[str, Transport]:
    """The transport of each channel that this installation uses."""
    return {channel: import_string(NAMES[settings.MESSAGE_TRANSPORTS[channel]])() for channel in channels()}


def channels() -> list[str]:
    """The channels that this installation uses."""
    return [channel for channel, name in settings.MESSAGE_TRANSPORTS.items() if name != "off"]
