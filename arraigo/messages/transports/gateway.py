"""SMS and WhatsApp through an HTTP gateway: one JSON POST a message, with an idempotency key.

    POST <ARRAIGO_GATEWAY_URL>
    Authorization: Bearer <ARRAIGO_GATEWAY_TOKEN>
    Idempotency-Key: <key>
    {"channel": "sms", "to": "+59170000001", "text": "…", "key": "<key>"}

2xx and 409 (it has this key already) count as taken; 408, 425, 429 and 5xx are tried again; any
other answer is a refusal. The gateway must honour the key: an unanswered message is sent again with it.
Where no connection came about, or the gateway takes nothing for now (425, 429), the message has not left.
"""

from contextlib import suppress
from time import monotonic

import requests
from django.conf import settings
from urllib3.exceptions import MaxRetryError, NewConnectionError

from arraigo.bss.interface import NoAnswer, Unreachable
from arraigo.messages.models import Message
from arraigo.messages.transports import Refused

HAS_IT_ALREADY = 409
NOT_TAKEN = frozenset({425, 429})
TIMED_OUT = 408
MOST_WORDS = 200


class Gateway:
    """Any provider behind that one contract; a small proxy translates for one that speaks otherwise."""

    honours_keys = True

    def send(self, message: Message) -> str:
        key = message.idempotency_key
        try:
            answer = requests.post(
                settings.GATEWAY_URL,
                json={"channel": message.channel, "to": message.address, "text": message.body, "key": key},
                headers={"Authorization": f"Bearer {settings.GATEWAY_TOKEN}", "Idempotency-Key": key},
                timeout=settings.GATEWAY_TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise Unreachable(type(error).__name__) from error
        except requests.exceptions.RequestException as error:
            raise (Unreachable if _never_left(error) else NoAnswer)(type(error).__name__) from error
        with answer:
            return _read(answer)


def _never_left(error: requests.exceptions.RequestException) -> bool:
    """Whether no connection came about: refused, no way there, or a name that nobody knows."""
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _read(answer: requests.Response) -> str:
    words = f"{answer.status_code} {_beginning(answer)}".strip()
    if answer.status_code < 300 or answer.status_code == HAS_IT_ALREADY:
        return words
    if answer.status_code in NOT_TAKEN:
        raise Unreachable(words)
    if answer.status_code == TIMED_OUT or answer.status_code >= 500:
        raise NoAnswer(words)
    raise Refused(words)


def _beginning(answer: requests.Response) -> str:
    """What the gateway says beside its status, as much as comes in time: one that never ends holds up nothing."""
    said, ends = b"", monotonic() + settings.GATEWAY_TIMEOUT
    with suppress(requests.exceptions.RequestException):
        for sign in answer.iter_content(1):
            said += sign
            if len(said) >= MOST_WORDS or monotonic() >= ends:
                break
    return said.decode(errors="replace")
