"""E-mail by SMTP, through Django's backend."""

import smtplib
from email.utils import formatdate

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from arraigo.bss.interface import NoAnswer, Unreachable
from arraigo.messages.models import Message
from arraigo.messages.transports import Refused

TRY_LATER = range(400, 500)


class Smtp:
    """One connection a message. SMTP knows no keys: what was handed over without an answer stays uncertain."""

    honours_keys = False

    def send(self, message: Message) -> str:
        connection = EmailBackend(timeout=settings.EMAIL_TIMEOUT, fail_silently=False)
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(_words(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(str(error)) from error
        try:
            _send(connection, _letter(message))
        finally:
            connection.close()
        return "accepted"


def _send(connection: EmailBackend, letter: EmailMessage) -> None:
    try:
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        _refuse(code, words)
    except smtplib.SMTPResponseException as error:
        _refuse(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        raise NoAnswer(str(error)) from error
    except ValueError as error:  # an address or a header that no e-mail can carry
        raise Refused(str(error)) from error


def _refuse(code: int, words: bytes | str) -> None:
    """The server answered no: for now (4xx) or for good."""
    text = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    raise Unreachable(text) if code in TRY_LATER else Refused(text)


def _words(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    return f"{error.smtp_code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _letter(message: Message) -> EmailMessage:
    """The e-mail; its Message-ID is made of the idempotency key, so that it stays the same."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
    key = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in message.idempotency_key)
    headers = {"Message-ID": f"<{key}@{domain}>", "Date": formatdate(message.created_at.timestamp(), localtime=False)}
    subject = " ".join(message.subject.split())  # a reason of several lines may stand in it; a header is one
    letter = EmailMessage(subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.address])
    letter.extra_headers = headers
    for enclosure in message.enclosures.all():
        letter.attach(enclosure.name, bytes(enclosure.content), enclosure.content_type)
    return letter
