"""Messages on standard output: nothing leaves the machine."""

import sys

from arraigo.messages.models import Message


class Console:
    """Writes each message as a short block of text."""

    honours_keys = True

    def send(self, message: Message) -> str:
        files = "".join(f" +{enclosure.name}" for enclosure in message.enclosures.all())
        head = f"[{message.channel} → {message.address}]{files} {message.subject}".rstrip()
        sys.stdout.write(f"{head}\n{message.body}\n\n")
        sys.stdout.flush()
        return "console"
