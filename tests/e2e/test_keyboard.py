"""Without a mouse: sign in, open the first task of the tray, carry out the step."""

from collections.abc import Callable

from playwright.sync_api import Page, ViewportSize

from arraigo.people.models import Role
from tests.cast import PASSWORD, Cast, Household, Walk
from tests.e2e.conftest import DESK

MOST_STOPS = 60


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what is `wanted` has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab does not lead to {wanted}.")


def leave_by(page: Page, key: str) -> None:
    """Press the key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_step_by_tab_and_enter(open_page: Callable[[ViewportSize], Page], cast: Cast, home: Household) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02")
    page = open_page(DESK)
    page.goto("/")
    tab_to(page, "[name=username]")
    page.keyboard.type(cast[Role.ADVISOR].username)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    leave_by(page, "Enter")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip-link')")
    page.keyboard.press("Enter")
    tab_to(page, "main tbody a")
    leave_by(page, "Enter")

    assert page.url.endswith(f"/steps/{walk.item('step_11').pk}/")
    tab_to(page, "[name=demand]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("[name=demand][value=compensation]").is_checked()
    tab_to(page, "main form button.btn-primary")
    leave_by(page, "Enter")
    assert walk.open == ["step_12"]
    assert walk.facts["demand"] == "compensation"
