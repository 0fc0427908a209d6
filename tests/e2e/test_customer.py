"""The advisor finds a customer and understands the page at a glance."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from arraigo import clock
from arraigo.customers.search import reindex
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.products.models import Courtesy, Product
from arraigo.retention import proactive, receipts
from arraigo.retention.models import RetentionCase
from arraigo.terminations.models import Termination
from arraigo.tickets.models import ConfirmedSolution
from arraigo.web.customers.contexts import verdict_of
from tests.cast import Cast, Household, Walk
from tests.e2e.accessibility import assert_accessible
from tests.e2e.person import Person
from tests.records import a_visit

SignIn = Callable[[Role], Person]


@pytest.fixture
def troubled(home: Household) -> Household:
    """Two faults on the Internet, the second after the first was solved."""
    home.repeated_faults()
    reindex([home.customer.pk])
    return home


def test_found_while_typing_with_the_keyboard_alone(sign_in: SignIn, troubled: Household) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.page.keyboard.press("/")
    ana.page.keyboard.type("Soica 10000")
    expect(ana.page.locator(".hits a.hit").first).to_contain_text(troubled.customer.name)
    assert_accessible(ana.page)
    ana.page.keyboard.press("ArrowDown")
    with ana.page.expect_navigation():
        ana.page.keyboard.press("Enter")
    assert ana.page.url.endswith(f"/customers/{troubled.customer.number}/")


def test_a_long_question_without_spaces_stays_on_the_page(sign_in: SignIn, home: Household) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.searches("qwertyuiop" * 12)
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_at_a_glance_without_scrolling(sign_in: SignIn, troubled: Household) -> None:
    """Five products, each with a repeated fault; visits that are over, with their papers, and one under way;
    several cases, promises, receipts, past courtesies and a baja, and a listing that makes it ineligible."""
    much_past(troubled)
    for number in range(3):
        extra = Product.objects.create(
            number=f"X-{number}", customer=troubled.customer, offering=troubled.cast.television, price=99
        )
        troubled.fault(days_ago=9, product=extra)
        troubled.fault(days_ago=2, product=extra)
    troubled.fault(days_ago=9, product=troubled.television)
    troubled.fault(days_ago=2, product=troubled.television)
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/customers/{troubled.customer.number}/")
    assert ana.page.locator("#faults .state-danger").count() == 5
    mark = f"Regla v{procedures.current_policy().number}: El daño volvió después de una reparación"
    expect(ana.page.locator("#product-I-100001 .product-because")).to_contain_text(mark)
    past = ana.page.locator(".past dt")
    expect(past).to_have_text(
        [re.compile(name) for name in ("Bajas", "Casos", "Compromisos", "Constancias", "Cortesías")]
    )
    for part in ("#light-fault", "#faults", "#product-I-100001", ".order-line", "svg.bills", ".past"):
        below = ana.page.locator(part).evaluate("e => e.getBoundingClientRect().bottom - innerHeight")
        assert below <= 0, (part, below)
    expect(ana.page.locator("#timeline li").first).to_be_visible()
    assert_accessible(ana.page)
    past.filter(has_text="Casos").get_by_role("link").click()
    expect(ana.page.locator(".timeline-kinds [aria-current]")).to_have_text("Retenciones")
    expect(ana.page.locator(".timeline-lines > li")).to_have_count(3)


def much_past(home: Household) -> None:
    """A case with all that it leaves behind, one that ended elsewhere, and a third under way."""
    now, whole = clock.now(), ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07", "step_08")
    for way in (whole, ("step_01",)):
        case = Walk(home).go(*way).case
        if way is whole:
            receipts.issue(case.pk, actor=home.cast[Role.ADVISOR])
        RetentionCase.objects.filter(pk=case.pk).update(outcome="closed_elsewhere", closed_at=now)
    a_visit(home.customer, home.internet, case_number=case.number)
    for days in (90, 60):
        since, until = now - dt.timedelta(days=days), now - dt.timedelta(days=days - 20)
        Courtesy.objects.create(
            product=home.internet, kind="bandwidth", status="ended", starts_at=since, ends_at=until, ended_at=until
        )
        Termination.objects.create(
            number=f"BAJ-2025-{days:06}", customer=home.customer, product=home.television, reason="price",
            requested_at=since, withdrawn_at=until,
        )  # fmt: skip
    home.listing()
    Walk(home).go("step_01")


def test_a_confirmed_solution_changes_the_verdict_at_once(sign_in: SignIn, troubled: Household) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/customers/{troubled.customer.number}/")
    light = ana.page.locator("#light-fault")
    expect(light).to_have_class("card light light-on")
    ana.page.locator("#product-I-100001 button[value=confirm]").click()
    expect(light).to_have_class("card light light-off")
    assert not verdict_of(troubled.internet).repeat_fault
    assert ConfirmedSolution.objects.get().reason == "El cliente lo dice"
    assert_accessible(ana.page)
    ana.page.locator("#product-I-100001 [name=words]").fill("Volvió a cortarse anoche")
    ana.page.locator("#product-I-100001 button[value=dispute]").click()
    expect(light).to_have_class("card light light-on")


def test_the_timeline_by_kind(sign_in: SignIn, troubled: Household) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.go(f"/customers/{troubled.customer.number}/")
    ana.page.locator(".timeline-kinds a[href$='kind=ticket']").click()
    expect(ana.page.locator(".timeline-kinds a[href$='kind=ticket']")).to_have_attribute("aria-current", "true")
    expect(ana.page.locator(".timeline-lines > li")).to_have_count(2)


def test_a_list_sorted_by_the_keyboard_is_remembered(sign_in: SignIn, cast: Cast, troubled: Household) -> None:
    for number in ("100002", "100003"):
        cast.household(number).repeated_faults()
    proactive.refresh(procedures.current_policy(), clock.now())
    ana = sign_in(Role.ADVISOR)
    ana.go("/morning/")
    head = ana.page.locator("#list-morning-by-customer")
    head.focus()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("th[aria-sort=ascending]")).to_contain_text("Cliente")
    assert_accessible(ana.page)
    ana.page.keyboard.press("j")
    assert ana.page.evaluate("document.activeElement.innerText") == "Socia 100001"
    ana.go("/morning/")
    expect(ana.page.locator("th[aria-sort=ascending]")).to_contain_text("Cliente")


def test_the_keys_are_listed(sign_in: SignIn, home: Household) -> None:
    ana = sign_in(Role.ADVISOR)
    ana.page.keyboard.press("?")
    dialog: Page = ana.page
    expect(dialog.locator("#keys")).to_be_visible()
    assert_accessible(dialog)
    dialog.keyboard.press("Escape")
    expect(dialog.locator("#keys")).to_be_hidden()
    dialog.keyboard.press("g")
    with dialog.expect_navigation():
        dialog.keyboard.press("2")
    assert dialog.url.endswith("/morning/")
