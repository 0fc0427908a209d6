"""`docs/procedure.md` names only what exists, and forgets no element, table or task."""

import re
from pathlib import Path

import pytest

from tests.procedure_data.files import diagram, elements, tables, toml

PAGE = Path(__file__).parents[2] / "docs" / "procedure.md"
TEXT = PAGE.read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z]\w+(?:\.\w+)?)`", TEXT))
LINKS = sorted(set(re.findall(r"\]\((\.\./[^)]+)\)", TEXT)))
IDS = {str(element.get("id")) for element in diagram().iter()}


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link: str) -> None:
    assert (PAGE.parent / link).exists()


def test_what_is_named_exists() -> None:
    values = {f"{group}.{name}" for group, names in toml("policy.toml").items() for name in names}
    messages = {str(message.get("name")) for message in elements("message")}
    assert NAMED - IDS - values - messages <= set(tables())


def test_no_element_is_forgotten() -> None:
    tasks = elements("userTask", "businessRuleTask", "receiveTask", "boundaryEvent", "exclusiveGateway")
    assert {str(element.get("id")) for element in tasks} <= NAMED
    assert set(tables()) <= NAMED
