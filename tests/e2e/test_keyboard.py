"""Without a mouse: sign in, open the first task of the tray, carry out the step."""

from collections.abc import Callable

from playwright.sync_api import Page, ViewportSize

from arraigo.people.models import Role
from tests.cast import PASSWORD, Cast, Household, Walk, credit
from tests.e2e.conftest import DESK
from tests.e2e.person import Person

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


def test_the_focus_is_not_lost_where_a_part_is_replaced(sign_in: Callable[[Role], Person], home: Household) -> None:
    """A product's verdict, the kinds of the timeline, and the page that waits for an approval."""
    home.repeated_faults()
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/customers/{home.customer.number}/")
    ana.page.locator("#timeline #kind-ticket").press("Enter")
    ana.page.locator("#timeline #kind-ticket[aria-current]").wait_for()
    assert ana.page.evaluate("document.activeElement.id") == "kind-ticket"
    with ana.page.expect_response("**/solution/"):
        ana.page.locator(".solution-form button[value=confirm]").first.press("Enter")
    ana.page.locator("#faults:focus, #faults :focus").wait_for()

    bell = ana.page.locator("details.menu summary").first
    bell.press("Enter")
    ana.page.locator(".menu-body a[href='/notices/']", has_text="Todos").focus()
    ana.page.keyboard.press("Escape")
    assert bell.evaluate("summary => summary === document.activeElement && !summary.parentElement.open")

    home.priced(home.internet, "300")
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.internet, days="10", amount="180"), answer="accepted")
    ana.go(f"/cases/{walk.case.number}/")
    insists = ana.page.locator("main form[action$='/insist/'] button")
    insists.focus()
    with ana.page.expect_response("**/?waits=*") as asked:
        assert asked.value.status == 204, "nothing comes while the same approval is waited for"
    assert insists.evaluate("button => button === document.activeElement")
