"""The second step of signing in, as a person meets it: turned on, and asked the next time."""

from collections.abc import Callable

from playwright.sync_api import expect

from arraigo.people.models import Role
from tests.cast import PASSWORD
from tests.e2e.person import Person
from tests.web.test_second_factor import code_of

SignIn = Callable[[Role], Person]


def test_it_is_turned_on_and_asked_the_next_time(sign_in: SignIn) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.go("/account/")
    ana.click("main a[href='/account/second-factor/']")
    ana.click("main a[href='/account/second-factor/on/']")
    ana.sends(password=PASSWORD)
    assert ana.page.locator("img.second-factor-qr").evaluate("image => image.naturalWidth") > 0
    ana.sends(code=code_of(ana.page.locator("main code").inner_text()))
    codes = ana.page.locator(".second-factor-codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    ana.page.context.clear_cookies()
    ana.go("/account/")
    ana.log_in("advisor")
    expect(ana.page.get_by_role("heading", name="Segundo paso")).to_be_visible()
    ana.page.keyboard.type(recovery)
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_url("**/account/")
