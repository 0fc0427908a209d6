"""A person at the screen: signs in, finds a task in the tray, fills in a form, sends it.

Every page that the person comes to is checked by axe. Fields are found by their names, which stay
when their labels are worded anew; a choice is made on its label, where people click.
"""

from typing import Any
from urllib.parse import urldefrag

from playwright.sync_api import Locator, Page, Response

from arraigo.people.models import Role
from arraigo.retention.models import RetentionCase
from tests.cast import PASSWORD, Household, Walk
from tests.e2e.accessibility import assert_accessible

WATCH = """() => { window.settled = new Promise(done => document.addEventListener('htmx:afterSettle',
    event => { if (event.target.id === 'work') done(true); })); }"""
"""Notes when the page of a case has been put in the place of the last one."""
PATIENCE = 15_000
"""Milliseconds."""
SETTLED = f"""() => Promise.race([window.settled, new Promise((done, fail) => setTimeout(
    () => fail(new Error('htmx has put nothing in the place of the page')), {PATIENCE}))])"""

ANOTHER = "() => !window.settled"
"""The document that `WATCH` marked has made room for another one."""


def _is_answer(response: Response) -> bool:
    """The answer to what was clicked on, after any redirection: a page, or the part that htmx sent a form for."""
    request = response.request
    if response.status in (301, 302, 303) or "hx-redirect" in response.headers:
        return False
    if request.resource_type == "document":
        return True
    sent = request.method == "POST" and "review=1" not in (request.post_data or "")
    return request.resource_type == "xhr" and (sent or request.redirected_from is not None)


def _same(shown: str, answered: str) -> bool:
    return urldefrag(shown).url == urldefrag(answered).url


class Person:
    def __init__(self, page: Page, role: Role) -> None:
        self.page, self.role = page, role
        self.status = 0

    def sign_in(self, username: str) -> None:
        self.go("/")
        self.log_in(username)
        assert "sign-in" not in self.page.url

    def log_in(self, username: str) -> None:
        """Fill in the sign-in page that is shown."""
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.click("main form button")

    def go(self, path: str) -> None:
        self._arrived(self.page.goto(path))

    def click(self, what: str | Locator) -> None:
        """Click on what leads to another page, or puts another part in its place, and look at it."""
        locator = self.page.locator(what) if isinstance(what, str) else what
        self.page.evaluate(WATCH)
        with self.page.expect_response(_is_answer) as answer:
            locator.click()
        if answer.value.request.resource_type == "xhr":
            self.page.evaluate(SETTLED)
        else:
            self.page.wait_for_url(lambda url: _same(url, answer.value.url))
            self.page.wait_for_function(ANOTHER)  # a refused form has the same address
            self.page.wait_for_load_state()
        self._arrived(answer.value)

    def searches(self, words: str) -> None:
        """Look for a customer in the box above every page."""
        self.page.locator("[name=q]").fill(words)
        with self.page.expect_navigation() as navigation:
            self.page.locator("[name=q]").press("Enter")
        self._arrived(navigation.value)

    def _arrived(self, response: Response | None) -> None:
        self.status = response.status if response else 0
        assert self.status < 500, self.page.locator("body").inner_text()
        assert_accessible(self.page)

    def begin(self, walk: Walk, element: str) -> None:
        """Open the task of `element` from the tray."""
        self.go(f"/tray/{self.role}/")
        self.click(f"main a[href='{place(walk, element)}']")

    def does(self, walk: Walk, element: str, **answers: Any) -> None:
        """The whole step: from the tray to the page that follows."""
        self.begin(walk, element)
        self.sends(**answers)
        assert self.status == 200, self.errors

    def sends(self, **answers: Any) -> None:
        """Fill in the form that is shown and send it."""
        self.fill(**answers)
        self.click(self.button)

    def opens(self, home: Household, **answers: Any) -> RetentionCase:
        """Open a case of the Internet of `home`, by telephone unless told otherwise."""
        self.go(f"/customers/{home.customer.number}/cases/new/")
        self.sends(**{"channel": "phone", "products": [str(home.internet.pk)], **answers})
        assert self.status == 200, self.errors
        return RetentionCase.objects.get(customer=home.customer)

    def hears(self, words: str) -> None:
        """Wait until the page reads `words` back."""
        self.page.locator("#readback", has_text=words).wait_for()

    def sees(self, heading: str) -> None:
        """Wait until the page is that of the step."""
        self.page.locator("h2", has_text=heading).first.wait_for()

    @property
    def button(self) -> Locator:
        return self.page.locator("main form[method=post] button.btn-primary").last

    def fill(self, **answers: Any) -> None:
        """Answer fields by name: text, a choice, True or False of a box, several of a list."""
        for name, value in answers.items():
            self._answer(name, value)

    def _answer(self, name: str, value: Any) -> None:
        field = self.page.locator(f"main form [name='{name}']")
        kind = field.first.evaluate("e => e.type || e.tagName")
        if kind in ("radio", "checkbox"):
            self._choose(name, [value] if isinstance(value, str | bool) else value)
        elif kind == "select-one":
            field.select_option(str(value))
        else:
            field.fill(str(value))

    def _choose(self, name: str, values: list[str | bool]) -> None:
        """Click on the labels of the choices that are not chosen yet; on the box where a table has no label."""
        for value in values:
            wanted = f"[name='{name}']" + ("" if value is True else f"[value='{value}']")
            box, label = (self.page.locator(f"main form {found}") for found in (wanted, f"label:has({wanted})"))
            if not box.is_checked():
                (label if label.count() else box).click()

    def value(self, name: str) -> str:
        """What stands in the field now."""
        return self.page.locator(f"main form [name='{name}']").input_value()

    def error_at(self, name: str) -> str:
        """The sentence that the field `name` points to as its description."""
        field = self.page.locator(f"main form [name='{name}']").first
        told: str = field.evaluate(
            """e => [e, e.closest('fieldset')].filter(Boolean)
                .flatMap(each => (each.getAttribute('aria-describedby') || '').split(' '))
                .filter(id => id.endsWith('error')).map(id => document.getElementById(id)?.innerText || '').join(' ')"""
        )
        return told.strip()

    @property
    def errors(self) -> list[str]:
        return self.page.locator("main .invalid-feedback, main .alert-danger").all_inner_texts()

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()


def place(walk: Walk, element: str) -> str:
    """The address of the open step."""
    return f"/cases/{walk.case.number}/steps/{walk.item(element).pk}/"
