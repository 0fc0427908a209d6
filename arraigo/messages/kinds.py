"""The messages that customers get: what each may say, whether it asks for consent, its default text.

The texts are the operator's, in Spanish, and stand in `templates.toml` beside this file; an
administrator changes them on a page (`MessageTemplate`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from arraigo.messages.errors import UnknownKind
from arraigo.messages.models import Channel

TEXTS = Path(__file__).with_name("templates.toml")
MOST = {Channel.SMS: 320, Channel.WHATSAPP: 1000, Channel.EMAIL: 6000}
"""Characters of a text with its places filled, by channel (two SMS, WhatsApp's template limit)."""


@dataclass(frozen=True)
class Text:
    """Subject (e-mail only) and body of a message, with places in braces."""

    subject: str
    body: str


class Hours(StrEnum):
    """When messages of a kind may go out."""

    WORKING = "working"
    """In the working hours of the policy."""
    WAKING = "waking"
    """On any day while people are awake (`quiet.WAKING`): it speaks of today or tomorrow."""
    ANY = "any"
    """At once: the customer waits for it."""


@dataclass(frozen=True)
class Kind:
    """One kind of message to customers."""

    code: str
    places: Mapping[str, str]
    """Place → an example of what stands there."""
    needs_consent: bool
    """False: it answers what the customer asked for, and goes to who asked."""
    hours: Hours
    channels: tuple[Channel, ...]
    """In the order of preference; the first one with an address is taken."""
    texts: Mapping[str, Text]


@cache
def all_kinds() -> dict[str, Kind]:
    """Every kind of message to customers by its code, in the order of the procedure."""
    read = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    return {code: _kind(code, entry) for code, entry in read.items()}


def kind_of(code: str) -> Kind:
    """The kind `code`. Raises UnknownKind."""
    try:
        return all_kinds()[code]
    except KeyError:
        raise UnknownKind(code) from None


def _kind(code: str, entry: dict[str, Any]) -> Kind:
    email = Text(entry["subject"], entry["email"].strip())
    short = Text("", entry["short"].strip())
    return Kind(
        code=code,
        places=entry["places"],
        needs_consent=entry.get("needs_consent", True),
        hours=Hours(entry.get("hours", Hours.WORKING)),
        channels=tuple(Channel(name) for name in entry["channels"]),
        texts={Channel.EMAIL: email, Channel.SMS: short, Channel.WHATSAPP: short},
    )
