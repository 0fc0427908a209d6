"""The billing division: claims above the limit are confirmed, or refused with a reason."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize

from arraigo.billing import actions
from arraigo.billing.models import Bill, BillingClaim
from arraigo.customers.models import Customer
from arraigo.people.models import Role
from arraigo.retention.models import Promise
from tests.cast import Cast, Household, Walk
from tests.e2e.conftest import DESK, SMALL_DESK
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]


@pytest.fixture
def claim(home: Household) -> BillingClaim:
    """A waiver of Bs 350, which billing has to confirm."""
    home.priced(home.internet, "350")
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "approve_03", "step_04")
    return BillingClaim.objects.get(state="entered")


def test_confirms_a_claim(sign_in: SignIn, claim: BillingClaim, cast: Cast) -> None:
    flora = sign_in(Role.BILLING)
    flora.click(f"main form[action='/billing/claims/{claim.number}/confirm/'] button")
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == ("applied", cast[Role.BILLING])
    assert Bill.objects.get().credited == 350
    assert Promise.objects.get().state == "kept"


def test_refuses_a_claim_with_a_reason(sign_in: SignIn, claim: BillingClaim, cast: Cast) -> None:
    flora = sign_in(Role.BILLING)
    flora.click(f"main a[href='/billing/claims/{claim.number}/refuse/']")
    flora.fill(reason="Sin respaldo del mes")
    flora.click("main form[method=post] button.btn-danger")
    claim.refresh_from_db()
    assert (claim.state, claim.reason, claim.decided_by) == ("refused", "Sin respaldo del mes", cast[Role.BILLING])
    assert Bill.objects.get().credited == 0
    assert Promise.objects.get().state == "broken"
    assert cast[Role.ADVISOR].notices.filter(kind="claim.refused").exists()


@pytest.mark.parametrize("size", [DESK, SMALL_DESK], ids=["desk", "small"])
def test_the_decided_claims_fit_beside_a_long_reason(
    open_page: Callable[[ViewportSize], Page], claim: BillingClaim, cast: Cast, size: ViewportSize
) -> None:
    home = cast.household("2")
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04")
    Customer.objects.update(name="Bernardina Villarroel Peñarrieta")
    why = "La factura ya tiene una compensación anterior del mismo producto: que el asesor revise el mes. " * 3
    actions.refuse_claim(claim, reason=why, actor=cast[Role.BILLING])
    flora = Person(open_page(size), Role.BILLING)
    flora.sign_in(cast[Role.BILLING].username)
    flora.go("/billing/claims/decided/")
    table = flora.page.locator("main .table-responsive")
    assert table.locator("tbody tr").count() == 2
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert table.locator("th", has_text="Zona").is_visible()
    assert "Ajuste en la factura AJ-" in " ".join(table.inner_text().split())
    assert why.strip() in table.inner_text()
