"""axe-core on the page as it stands; a page built just like one that passed is not looked at again."""

import re

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 60_000
"""Milliseconds."""
LOOK = f"""tags => Promise.race([axe.run({{runOnly: {{type: 'tag', values: tags}}}}), new Promise((done, fail) =>
    setTimeout(() => fail(new Error('axe has not come to an end')), {PATIENCE}))])"""
TEXT = re.compile(r">[^<]*[^<\s][^<]*<")
VARYING = re.compile(r'(?<==")[^"]*\d[^"]*(?=")|csrfmiddlewaretoken" value="[^"]*')
passed: set[tuple[int, str]] = set()
"""Width and build of the pages that passed: elements, attributes, and whether there is text, not which."""


def _build(page: Page) -> tuple[int, str]:
    size = page.viewport_size
    return size["width"] if size else 0, VARYING.sub("", TEXT.sub(">x<", page.content()))


def assert_accessible(page: Page) -> None:
    """Fail with every violation of WCAG 2.2 A and AA that axe finds, and where."""
    build = _build(page)
    if build in passed:
        return
    found = page.evaluate(LOOK, RULES)["violations"]
    assert found == [], "\n" + "\n".join(_sentence(violation) for violation in found)
    passed.add(build)


def _sentence(violation: dict) -> str:
    places = "\n".join(f"    {node['html'][:160]}" for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}\n{places}"
