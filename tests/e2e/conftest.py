"""The browser of the browser tests: the system's Chromium on a live server, under the real CSP."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

HERE = Path(__file__).parent
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PATIENCE_MS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a person sees is the same on both databases."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.one_database)


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
def context(browser: Browser, live_server) -> Iterator[BrowserContext]:
    """A person's browser on the live server, with nothing in it yet; several make several people."""
    made = browser.new_context(
        base_url=live_server.url,
        locale="es-BO",
        timezone_id="America/La_Paz",
        viewport={"width": 1280, "height": 900},
    )
    made.set_default_timeout(PATIENCE_MS)
    # Init scripts stand outside the page's CSP, which therefore stays as strict as in production.
    made.add_init_script(path=AXE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when a script breaks or the CSP forbids something."""
    complaints: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda message: complaints.extend(_complaint(message)))
    yield made
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors of scripts and of the CSP; an answer 400 or 404 may be what a test is about."""
    if message.type != "error" or message.text.startswith("Failed to load resource"):
        return []
    return [message.text]
