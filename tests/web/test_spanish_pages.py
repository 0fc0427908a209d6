"""No page shows English to a person who reads Spanish: every page of every role is read as a person would."""

import re
import typing
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from lxml import html

from arraigo.people.models import Role
from arraigo.retention import sweeps
from tests.cast import Cast, Walk, moment
from tests.web.conftest import Desk, signed_in
from tests.web.places import Places
from tests.web.test_access_matrix import POST_ONLY, WHO, asked

pytestmark = pytest.mark.one_database

ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|were|to|with|this|that|from|your|has|have|not|been|what|when|who|which|why"
    r"|required|field|select|choose|closed|yes|name|date|customer|work order|case|state)\b",
    re.IGNORECASE,
)
SHOWN = "//*[not(self::script or self::style or ancestor-or-self::*[@lang='en'])]/text()"
READ_OUT = "//@title | //@aria-label | //@placeholder | //@alt"


DASHES = "---------"
"""What Django shows where nothing is chosen yet."""


def english(page: str) -> set[str]:
    """The texts of a page, seen or read out, that hold an English word, or a row of dashes in place of words."""
    tree = html.fromstring(page)
    found = typing.cast("list[str]", tree.xpath(f"{SHOWN} | {READ_OUT}"))
    texts = {" ".join(text.split()) for text in found}
    return {text for text in texts if ENGLISH.search(text) or text == DASHES}


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


def texts_of_the_step(walk: Walk, element: str) -> set[str]:
    """English on the page of the open step, on the same page sent empty, and on its case's page."""
    item = walk.item(element)
    client = signed_in(walk.cast[item.role])
    path = reverse("step", args=[walk.case.number, item.pk])
    with transaction.atomic():
        empty = client.post(path)
        transaction.set_rollback(True)
    case = signed_in(walk.cast[Role.ADVISOR]).get(reverse("case", args=[walk.case.number]))
    pages = [client.get(path), case, *([empty] if empty.status_code != 302 else [])]
    return set().union(*(english(page.content.decode()) for page in pages))


def carried_out(walk: Walk, *elements: str, **data: Any) -> dict[str, set[str]]:
    """Look at each open step and carry it out; the English found."""
    found = {}
    for element in elements:
        if texts := texts_of_the_step(walk, element):
            found[element] = texts
        walk(element, **(data if element == elements[-1] else {}))
    return found


def test_the_steps_of_the_fault_branch_are_in_spanish(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home)
    assert carried_out(walk, *(f"step_0{n}" for n in range(1, 9))) == {}
    with moment(days=3):
        sweeps.wake_due_cases()
        assert carried_out(walk, "step_09") == {}


def test_the_steps_of_the_offer_branch_are_in_spanish(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="compensation")
    assert carried_out(walk, "step_01", "step_02", "step_11", "step_12", "step_13") == {}


def test_a_refused_offer_and_the_termination_are_in_spanish(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="moving")
    assert carried_out(walk, "step_01", "step_02") == {}
    assert carried_out(walk, "step_11", reason="moving", demand="transfer") == {}
    assert carried_out(walk, "transfer", answer="refused") == {}
    assert carried_out(walk, "termination") == {}


def test_a_customer_not_eligible_is_told_in_spanish(cast: Cast) -> None:
    home = cast.household()
    home.listing()
    walk = Walk(home)
    assert carried_out(walk, "step_01", "override", granted="no") == {}
    assert carried_out(walk, "inform") == {}


def test_an_english_text_is_found() -> None:
    assert english("<main><p>Elija <b>the bill</b></p><button title='Close this'></button></main>") == {
        "the bill", "Close this"
    }  # fmt: skip
