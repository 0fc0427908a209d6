"""What a page weighs on the wire, compressed: the first one of a day, and those after it."""

import gzip
from collections.abc import Callable

from playwright.sync_api import Page, ViewportSize

from arraigo.people.models import Role
from tests.cast import Cast, Household, Walk
from tests.e2e.conftest import DESK
from tests.e2e.person import Person

COLD, WARM = 300_000, 40_000
PACKED = (".woff2", ".png")
"""Kinds that are compressed already."""
ONLY_WHERE_SHOWN = ("charts.js", "diagram.js", "diagram.css", "signature.js")


class Wire:
    """Weighs what a browser fetches; what it has fetched before is in its cache, for static files never change."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fetched: list[str] = []
        self.known: set[str] = set()
        page.on("response", lambda answer: self.fetched.append(answer.url) if answer.status == 200 else None)

    def weigh(self) -> tuple[int, list[str]]:
        """Compressed bytes and names of what came since the last time."""
        new = [url for url in dict.fromkeys(self.fetched) if "/static/" not in url or url not in self.known]
        self.known.update(new)
        self.fetched.clear()
        return sum(self._bytes(url) for url in new), [url.split("?")[0].rsplit("/", 1)[-1] or url for url in new]

    def _bytes(self, url: str) -> int:
        body = self.page.context.request.get(url).body()
        return len(body) if url.endswith(PACKED) else len(gzip.compress(body))


def test_pages_are_light(open_page: Callable[[ViewportSize], Page], cast: Cast, home: Household) -> None:
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    page = open_page(DESK)
    wire = Wire(page)
    person = Person(page, Role.ADVISOR)
    person.sign_in(cast[Role.ADVISOR].username)
    page.wait_for_load_state("networkidle")
    weight, urls = wire.weigh()
    assert weight <= COLD, (weight, urls)
    for path in (f"/customers/{home.customer.number}/", "/cases/", "/tray/advisor/"):
        person.go(path)
        page.wait_for_load_state("networkidle")
        weight, urls = wire.weigh()
        assert weight <= WARM, (path, weight, urls)
        assert not set(ONLY_WHERE_SHOWN) & set(urls), (path, urls)
