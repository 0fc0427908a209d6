"""axe-core on the page as it stands; a page made only of what passed already is not looked at again."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lxml import html
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 60_000
"""Milliseconds."""
LOOK = f"""tags => Promise.race([axe.run({{
    runOnly: {{type: 'tag', values: tags}}, resultTypes: ['violations'], selectors: false, iframes: false,
    preload: false,
}}), new Promise((done, fail) => setTimeout(() => fail(new Error('axe has not come to an end')), {PATIENCE}))])"""
"""Only violations are told in full; there are no frames, and no sound to load beforehand."""
NUMBER = re.compile(r"\d+")
TEXTS = {"href", "action", "src", "value", "content", "title", "alt", "placeholder", "aria-label", "d", "srcset"}
"""Attributes of which it matters whether they are empty, not what they say; of the others numbers do not matter."""
REFERENCES = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list"}
passed: dict[int, set[int]] = defaultdict(set)
"""Width → the parts of the pages that passed."""


def _parts(page: Page) -> set[int]:
    """Each element within its ancestors: tags, attributes, whether it has text, whether what it refers to exists."""
    root = html.fromstring(page.content())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    paths: dict[Any, int] = {}
    for element in root.iter("*"):
        own = (element.tag, *_attributes(element, ids), bool((element.text or "").strip()))
        paths[element] = hash((paths.get(element.getparent()), own))
    return set(paths.values())


def _attributes(element: Any, ids: list[str]) -> Iterator[tuple[str, str | bool]]:
    for name, value in sorted(element.attrib.items()):
        if name in REFERENCES:
            yield name, all(ids.count(each) == 1 for each in value.split())
        elif name in TEXTS or name.startswith(("hx-", "data-")):
            yield name, bool(value)
        else:
            yield name, NUMBER.sub("0", value)


def assert_accessible(page: Page) -> None:
    """Fail with every violation of WCAG 2.2 A and AA that axe finds, and where."""
    parts, known = _parts(page), passed[(page.viewport_size or {"width": 0})["width"]]
    if parts <= known:
        return
    found = page.evaluate(LOOK, RULES)["violations"]
    assert found == [], "\n" + "\n".join(_sentence(violation) for violation in found)
    known |= parts


def _sentence(violation: dict) -> str:
    places = "\n".join(f"    {node['html'][:160]}" for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}\n{places}"
