"""A transport that keeps what it is given, and the cast."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from arraigo.bss.interface import Unreachable
from arraigo.messages.models import Channel, Message
from arraigo.messages.transports import Refused, Transport


@dataclass
class Told:
    """Takes every message on every channel, unless it is `down` or `refuses`."""

    messages: list[Message] = field(default_factory=list)
    down: bool = False
    refuses: bool = False
    honours_keys = True

    def send(self, message: Message) -> str:
        if self.down:
            raise Unreachable("down")
        if self.refuses:
            raise Refused("no such mailbox")
        self.messages.append(message)
        return "told"

    @property
    def ways(self) -> Mapping[str, Transport]:
        return {str(channel): self for channel in Channel}


@pytest.fixture
def told() -> Told:
    return Told()
