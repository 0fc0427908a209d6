"""What must stand on one line does, and what is shown is not cut."""

import datetime as dt
from collections.abc import Callable

from playwright.sync_api import Page, ViewportSize

from arraigo import clock
from arraigo.people.models import Role
from arraigo.retention import sweeps
from tests.cast import Cast, Household, Walk
from tests.e2e.conftest import PHONE, SMALL_DESK
from tests.e2e.person import Person

OpenPage = Callable[[ViewportSize], Page]

LINES = """number => {
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, start = node.data.indexOf(number);
    if (start < 0 || !node.parentElement.checkVisibility()) continue;
    node.parentElement.closest('.list-group-item, td, .form-selectgroup-label').style.width = '1px';
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, start + number.length);
    return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
  }
}"""
"""On how many lines a number stands where there is hardly any room."""


def test_a_number_never_breaks_at_its_hyphen(open_page: OpenPage, cast: Cast, home: Household) -> None:
    person = Person(open_page(SMALL_DESK), Role.ADVISOR)
    person.sign_in(cast[Role.ADVISOR].username)
    person.go(f"/customers/{home.customer.number}/cases/new/")
    assert person.page.evaluate(LINES, home.internet.number) == 1
    boxes = person.page.locator("label.form-selectgroup-item", has_text=home.internet.number).first
    assert boxes.inner_text().strip().endswith(f"· {home.internet.number}")


def test_the_days_of_a_filter_stand_side_by_side(open_page: OpenPage, cast: Cast) -> None:
    person = Person(open_page(SMALL_DESK), Role.BILLING)
    person.sign_in(cast[Role.BILLING].username)
    person.go("/billing/terminations/")
    first, last = (person.page.locator(f"main [name$={end}]").bounding_box() for end in ("_from", "_until"))
    assert first is not None
    assert last is not None
    assert first["y"] == last["y"]


def test_the_title_of_a_step_is_whole_on_a_phone(open_page: OpenPage, cast: Cast, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07")
    person = Person(open_page(PHONE), Role.TECHNICIAN)
    person.sign_in(cast[Role.TECHNICIAN].username)
    person.go(f"/cases/{walk.case.number}/steps/{walk.item('step_08').pk}/")
    title = person.page.locator(".phone-title")
    assert title.evaluate("each => each.scrollHeight <= each.clientHeight")


def test_an_order_with_every_mark_leaves_the_boards_buttons_in_sight(
    open_page: OpenPage, cast: Cast, home: Household
) -> None:
    """A second visit with priority after a failed control, on a small desk."""
    home.repeated_faults()
    walk = Walk(home).go(*(f"step_0{n}" for n in range(1, 9)))
    with clock.at(clock.now() + dt.timedelta(days=2, hours=1)):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", reasons=["goes_on"], answer="Sigue igual")
        walk("step_05")
    person = Person(open_page(SMALL_DESK), Role.OPERATIONS_SUPERVISOR)
    person.sign_in(cast[Role.OPERATIONS_SUPERVISOR].username)
    person.go("/operations/orders/")
    assert person.page.locator(".board-marks .state").count() == 3
    button = person.page.locator("main a[href$='/pause/']").bounding_box()
    assert button is not None
    assert button["x"] + button["width"] <= SMALL_DESK["width"]


def test_a_table_too_wide_for_a_phone_leaves_the_page_as_wide_as_the_phone(open_page: OpenPage, cast: Cast) -> None:
    person = Person(open_page(PHONE), Role.BILLING)
    person.sign_in(cast[Role.BILLING].username)
    person.go("/billing/months/")
    assert person.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
