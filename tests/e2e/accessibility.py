"""axe-core on the page as it stands."""

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def assert_accessible(page: Page) -> None:
    """Fail with every violation of WCAG 2.2 A and AA that axe finds, and where."""
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", RULES)["violations"]
    assert found == [], "\n" + "\n".join(_sentence(violation) for violation in found)


def _sentence(violation: dict) -> str:
    places = "\n".join(f"    {node['html'][:160]}" for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}\n{places}"
