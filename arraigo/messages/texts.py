"""Filling the places of a text, and checking a text before it is used."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from arraigo.documents.values import paper_language
from arraigo.messages.errors import LooseBrace, SubjectMissing, TextMissing, TextTooLong, UnknownPlace
from arraigo.messages.kinds import MOST, Kind, Text
from arraigo.messages.models import Channel

PLACE = re.compile(r"\{\s*([^{}]*?)\s*\}")
NEAR = 20
NOTHING = "—"


def fill(text: str, data: Mapping[str, str]) -> str:
    """`text` with its places filled; one without a value shows a dash, a line of its own vanishes."""
    lines = [line for line in text.strip().splitlines() if not _is_empty_place(line, data)]
    return PLACE.sub(lambda place: data.get(place[1]) or NOTHING, "\n".join(lines)).strip()


def _is_empty_place(line: str, data: Mapping[str, str]) -> bool:
    alone = PLACE.fullmatch(line.strip())
    return alone is not None and not data.get(alone[1])


def to_return(items: Sequence[str], by: dt.date | None) -> dict[str, Any]:
    """The places of a text about what a customer who leaves gives back, as a sentence and in parts."""
    things = ", ".join(items)
    with paper_language():
        sentence = _returning(things, f"{by:%d/%m/%Y}" if by else "")
        return {"devolucion": sentence, "devolver": things or _("nothing"), "hasta": by or ""}


def whole(data: Mapping[str, str]) -> dict[str, str]:
    """The places of a message; one written before there was the sentence of what to return gets it from its parts."""
    if "devolver" not in data or "devolucion" in data:
        return dict(data)
    with paper_language():
        return {**data, "devolucion": _returning(data["devolver"], data.get("hasta", ""))}


def _returning(things: str, day: str) -> str:
    if not things:
        return _("There is nothing to return.")
    if not day:
        return _("To return: %(things)s.") % {"things": things}
    return _("Return by %(day)s: %(things)s.") % {"day": day, "things": things}


def filled(text: Text, data: Mapping[str, str]) -> Text:
    """Subject and body with their places filled; a subject is one line."""
    return Text(" ".join(fill(text.subject, data).split())[:200], fill(text.body, data))


def check(kind: Kind, channel: Channel, text: Text) -> None:
    """Raises UnknownPlace, LooseBrace, TextMissing, SubjectMissing or TextTooLong where `text` cannot be used."""
    if not text.body.strip():
        raise TextMissing
    if channel == Channel.EMAIL and not text.subject.strip():
        raise SubjectMissing
    for part in (text.subject, text.body):
        check_places(part, kind.places)
    length = len(fill(text.body, kind.places))
    if length > MOST[channel]:
        raise TextTooLong(length, MOST[channel])


def check_places(text: str, allowed: Collection[str]) -> None:
    """Raises UnknownPlace or LooseBrace."""
    for place in PLACE.finditer(text):
        if place[1] not in allowed:
            raise UnknownPlace(place[1], ", ".join(f"{{{name}}}" for name in allowed))
    rest = PLACE.sub(lambda place: " " * len(place[0]), text)
    loose = re.search(r"[{}]", rest)
    if loose:
        raise LooseBrace(text[max(0, loose.start() - NEAR) : loose.start() + NEAR].strip())
