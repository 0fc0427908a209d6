"""No page shows English to a person who reads Spanish: every page of every role is read as a person would."""

import re

import pytest
from lxml import html

from arraigo.people.models import Role
from tests.web.conftest import Desk, signed_in
from tests.web.places import Places
from tests.web.test_access_matrix import POST_ONLY, WHO, asked

ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|were|to|with|this|that|from|your|has|have|not|been|what|when|who|which|why"
    r"|required|field|select|choose|closed|yes|name|date|customer|work order|case|state)\b",
    re.IGNORECASE,
)
SHOWN = "//*[not(self::script or self::style or ancestor-or-self::*[@lang='en'])]/text()"
READ_OUT = "//@title | //@aria-label | //@placeholder | //@alt"


def english(page: str) -> set[str]:
    """The texts of a page, seen or read out, that hold an English word."""
    tree = html.fromstring(page)
    texts = {" ".join(str(text).split()) for text in [*tree.xpath(SHOWN), *tree.xpath(READ_OUT)]}
    return {text for text in texts if ENGLISH.search(text)}


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_page_is_in_spanish(desk: Desk, role: Role) -> None:
    places, found = Places(desk), {}
    for name in (name for name, who in WHO.items() if role in who and name not in POST_ONLY):
        answer = asked(signed_in(desk.cast[role]), name, places.of(name, role))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            texts = english(answer.content.decode())
            if texts:
                found[name] = sorted(texts)
    assert found == {}


def test_an_english_text_is_found() -> None:
    assert english("<main><p>Elija <b>the bill</b></p><button title='Close this'></button></main>") == {
        "the bill", "Close this"
    }  # fmt: skip
