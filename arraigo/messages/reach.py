"""Where a message to a customer would go now, for whoever sends one by hand."""

from dataclasses import dataclass

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.messages.models import Channel, Message
from arraigo.messages.prepare import Preparation
from arraigo.messages.transports import channels


@dataclass(frozen=True)
class Reach:
    """The channel and the address, or why there is none."""

    channel: str
    address: str
    why: str
    """The sentence of `Message.Why`; empty where the message can go."""

    @property
    def channel_name(self) -> str:
        return str(Channel(self.channel).label) if self.channel else ""


def reach(customer: Customer, kind: str, *, phone: str = "", email: str = "") -> Reach:
    """Where a message of `kind` to `customer` would go now, by consent, channels in use and what is on record.

    `phone` and `email` were given for the matter and go before those on record.
    """
    message = Message(customer=customer, kind=kind, given={"phone": phone, "email": email})
    Preparation.at(clock.now(), channels()).settle(message)
    return Reach(message.channel, message.address, str(message.get_why_display()))
