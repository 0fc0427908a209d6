"""The first page a person sees, in the browser and under the real CSP."""

import pytest
from playwright.sync_api import Page

from arraigo.people.models import User
from tests.e2e.accessibility import assert_accessible

PASSWORD = "una-clave-larga"


@pytest.fixture
def asesor(transactional_db) -> User:
    return User.objects.create_user("asesor", password=PASSWORD, first_name="Ana")


def test_the_sign_in_page_is_accessible_and_lets_a_person_in(page: Page, asesor: User):
    page.goto("/")
    assert_accessible(page)
    page.locator("input[name=username]").fill("asesor")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit], form button:not([type])").first.click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    assert_accessible(page)


def test_a_wrong_password_says_so_and_keeps_the_name(page: Page, asesor: User):
    page.goto("/")
    page.locator("input[name=username]").fill("asesor")
    page.locator("input[name=password]").fill("otra-cosa-distinta")
    page.locator("input[name=password]").press("Enter")
    page.locator("[role=alert], .invalid-feedback, .alert").first.wait_for()
    assert page.locator("input[name=username]").input_value() == "asesor"
    assert_accessible(page)
