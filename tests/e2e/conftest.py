"""The browser of the browser tests: the system's Chromium on a live server, under the real CSP."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

from arraigo import clock
from arraigo.people.models import Role
from arraigo.workdays import offset
from tests.cast import Cast, Household
from tests.e2e.person import Person

HERE = Path(__file__).parent
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PATIENCE_MS = 15_000
DESK: ViewportSize = {"width": 1440, "height": 900}
SMALL_DESK: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a person sees is the same on both databases."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.one_database)


@pytest.fixture(autouse=True)
def no_clock_of_another_test() -> Iterator[None]:
    """A process trusts for a while what it read of the clock's offset: also when the row is gone with its test."""
    yield
    offset.forget()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = os.environ.get("ARRAIGO_CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("Chromium is missing: ./run test installs it where it may")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_context(browser: Browser, live_server) -> Iterator[Callable[[ViewportSize], BrowserContext]]:
    """Open a person's browser on the live server, with nothing in it yet; several make several people."""
    opened: list[BrowserContext] = []

    def open_one(viewport: ViewportSize) -> BrowserContext:
        made = browser.new_context(
            base_url=live_server.url, locale="es-BO", timezone_id="America/La_Paz", viewport=viewport
        )
        made.set_default_timeout(PATIENCE_MS)
        # Init scripts stand outside the page's CSP, which therefore stays as strict as in production.
        made.add_init_script(path=AXE)
        opened.append(made)
        return made

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def open_page(open_context: Callable[[ViewportSize], BrowserContext]) -> Iterator[Callable[[ViewportSize], Page]]:
    """Open a page in a browser of its own; the test fails when a script breaks or the CSP forbids something."""
    complaints: list[str] = []

    def open_one(viewport: ViewportSize) -> Page:
        made = open_context(viewport).new_page()
        made.on("pageerror", lambda error: complaints.append(str(error)))
        made.on("console", lambda message: complaints.extend(_complaint(message)))
        return made

    yield open_one
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[[ViewportSize], Page]) -> Page:
    """One page on a desk."""
    return open_page(DESK)


NO_COMPLAINT = (
    "Failed to load resource",
    "htmx:sendError",
    "htmx:sendAbort",
    "htmx:afterRequest",
    "Response Status Error Code",
)
"""What the browser and htmx say of an answer that is an error, of none, and of one that is no longer awaited."""


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors of scripts and of the CSP; an error, no signal or a newer question may be what a test is about."""
    if message.type != "error" or message.text.startswith(NO_COMPLAINT):
        return []
    return [message.text]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """One person per role. The server's clock is the real one, and so is the test's."""
    return Cast()


@pytest.fixture
def home(cast: Cast) -> Household:
    return cast.household()


@pytest.fixture
def sign_in(open_page: Callable[[ViewportSize], Page], cast: Cast) -> Callable[[Role], Person]:
    """Sign in as the person of a role, through the page; a technician has a phone, the others a desk."""

    def in_as(role: Role) -> Person:
        person = Person(open_page(PHONE if role == Role.TECHNICIAN else DESK), role)
        person.sign_in(cast[role].username)
        return person

    return in_as


def ago(days: float) -> AbstractContextManager[None]:
    """Let what happens inside have happened `days` ago: what waits for its time is then due for real."""
    return clock.at(clock.now() - dt.timedelta(days=days))
