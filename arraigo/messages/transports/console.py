"""Messages into a file each: nothing leaves the machine, and one line says to whom what was written."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend
from django.core.mail.message import EmailMessage

from arraigo.messages.models import Message


class Console:
    """Writes each message into a file of the folder `MESSAGES_FOLDER`, and a line about it."""

    honours_keys = True

    def send(self, message: Message) -> str:
        folder: Path = settings.MESSAGES_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        written = folder / f"{message.pk:08}-{message.channel}.txt"
        files = "".join(f"+ {enclosure.name}\n" for enclosure in message.enclosures.all())
        head = f"{message.channel} → {message.address}\n{message.subject}".rstrip()
        written.write_text(f"{head}\n{files}\n{message.body}\n", encoding="utf-8")
        _say(message.channel, message.address, message.subject, written)
        return "console"


class Mail(EmailBackend):
    """What Django mails by itself, the same way."""

    def write_message(self, message: EmailMessage) -> None:
        super().write_message(message)
        _say("email", ", ".join(message.to), str(message.subject), settings.MESSAGES_FOLDER)


def _say(channel: str, to: str, about: str, written: Path) -> None:
    sys.stdout.write(f"[{channel} → {to}] {about} · {written}\n".replace("  ", " "))
    sys.stdout.flush()
