"""A credit whose bill does not come, since its product or its customer has left, does not wait for ever."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arraigo import clock
from arraigo.billing import actions, credits, months, stranded
from arraigo.billing.models import Adjustment, Bill, BillingClaim, Credit
from arraigo.bss import actions as outbox
from arraigo.bss.errors import CommandNotStuck
from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.products.actions import terminate_product
from arraigo.products.models import Product
from tests.billing.test_claims import APRIL, FEBRUARY, MARCH, a_bill, a_claim, waiting
from tests.records import a_customer, a_product, a_user, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def leaves(product: Product, on: dt.date | None = None) -> None:
    terminate_product(product, "request", on or clock.today(), None)


def test_a_month_that_its_product_does_not_live_to_see_is_not_credited_on_another(
    settings: Any, internet: Product
) -> None:
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    television = a_product(internet.customer, "90", number="TV-1")
    claim = a_claim(internet, APRIL, case_number="RET-1")
    leaves(internet, MARCH.replace(day=31))
    assert (stranded.settle(), stranded.settle()) == (1, 0)
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == ("cancelled", None)
    assert claim.reason == "El producto terminó antes de ese mes: no se cobra."
    assert not Credit.objects.exists()
    assert not Adjustment.objects.exists()
    assert Command.objects.get(kind="bill_adjustment.apply").status == "cancelled"
    assert Event.objects.get(kind="billing_claim.cancelled").data["reason"] == claim.reason
    assert a_bill(television, APRIL, "90").credited == Decimal(0)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_another_system_has_already_is_its_to_give(settings: Any, internet: Product, at_once: bool) -> None:
    """It would credit what is cancelled here. Where our records are the commercial system, nobody else has it."""
    if not at_once:
        settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    claim = a_claim(internet, APRIL, case_number="RET-1")
    Command.objects.update(status="delivered")
    leaves(internet, MARCH.replace(day=31))
    assert stranded.settle() == (1 if at_once else 0)
    claim.refresh_from_db()
    assert claim.state == ("cancelled" if at_once else "applied")
    assert Credit.objects.filter(bill=None, adjustment__claim=claim).exists() is not at_once


def test_a_void_waiver_that_another_system_gives_is_not_looked_at_again(
    settings: Any, internet: Product, django_assert_num_queries: Any
) -> None:
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    a_claim(internet, APRIL, case_number="RET-1")
    Command.objects.update(status="delivered")
    leaves(internet, MARCH.replace(day=31))
    with django_assert_num_queries(3):  # the void ones, of who has left, beside an open bill
        assert stranded.settle() == 0


@pytest.mark.parametrize("answer", [{"why": "no such product"}, {"state": "unreachable"}])
def test_what_failed_of_a_claim_cancelled_since_is_not_sent_again(
    settings: Any, internet: Product, answer: dict[str, str]
) -> None:
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    a_claim(internet, APRIL, case_number="RET-1")
    Command.objects.update(status="failed", attempts=24, ended_at=clock.now(), answer=answer)
    leaves(internet, MARCH.replace(day=31))
    assert stranded.settle() == 1
    command = Command.objects.get(kind="bill_adjustment.apply")
    assert command.status == "cancelled"
    for again in (
        lambda: outbox.resend(command.pk, actor=a_user()),
        lambda: outbox.settle(command.pk, applied=True, note="", actor=a_user()),
    ):
        with refused(CommandNotStuck):
            again()


def test_a_claim_whose_product_is_back_by_then_is_not_cancelled(internet: Product) -> None:
    claim = a_claim(internet, APRIL)
    leaves(internet, MARCH.replace(day=31))
    Product.objects.update(status="active", ended_on=None)
    assert not actions.lapse_claim(claim, reason="x")


def test_a_waiver_of_which_a_part_stands_on_a_bill_is_not_looked_at_again(
    internet: Product, django_assert_num_queries: Any
) -> None:
    television = a_product(internet.customer, "90", number="TV-1")
    a_claim(internet, APRIL)
    leaves(internet, MARCH.replace(day=31))
    a_bill(television, APRIL, "90")
    with django_assert_num_queries(3):  # the void ones, of who has left, beside an open bill
        assert stranded.settle() == 0
    assert waiting(internet.customer) == Decimal(60)


def test_bills_that_carry_what_waits_are_locked_by_key(internet: Product) -> None:
    """As everybody locks them: two orders are two that wait for each other. The earliest month still carries first."""
    later, earlier = (a_bill(internet, month, "60", state="issued") for month in (MARCH, FEBRUARY))
    a_claim(internet, APRIL, "70", kind="compensation")
    leaves(internet)
    with CaptureQueriesContext(connection) as asked:
        assert stranded.settle() == 2
    locking = next(each["sql"] for each in asked if each["sql"].startswith('SELECT "billing_bill"'))
    assert locking.partition("ORDER BY")[2].split()[0] == '"billing_bill"."id"'
    for bill in (earlier, later):
        bill.refresh_from_db()
    told = [(bill.credited, bill.state) for bill in (earlier, later)]
    assert told == [(Decimal(60), "paid"), (Decimal(10), "issued")]


def test_a_credit_is_locked_without_its_claim(internet: Product) -> None:
    """Who cancels a claim holds it before its credits: whoever held a credit before its claim would wait for that."""
    a_claim(internet, APRIL, "70", kind="compensation")
    with CaptureQueriesContext(connection) as asked:
        a_bill(internet, APRIL)
    locking = next(each["sql"] for each in asked if each["sql"].startswith('SELECT "billing_credit"'))
    assert connection.vendor == "sqlite" or locking.endswith('FOR UPDATE OF "billing_credit"')
    assert waiting(internet.customer) == Decimal(0)


@pytest.mark.parametrize(("kind", "on"), [("bill_waiver", APRIL), ("compensation", MARCH)])
def test_what_a_further_bill_carries_waits_for_it(internet: Product, kind: str, on: dt.date) -> None:
    """April is charged where the product ends in it; a compensation is the customer's, who keeps another product."""
    television = a_product(internet.customer, "90", number="TV-1")
    claim = a_claim(internet, APRIL, "50", kind=kind)
    leaves(internet, on)
    assert stranded.settle() == 0
    assert a_bill(television, APRIL, "90").credited == Decimal(50)
    claim.refresh_from_db()
    assert claim.state == "applied"


def test_who_leaves_altogether_has_it_set_off_against_what_is_owed(internet: Product) -> None:
    february = dt.date(2026, 2, 1)
    owed, paid = a_bill(internet, february.replace(month=1), state="issued"), a_bill(internet, february, state="paid")
    claims = [a_claim(internet, february, "150"), a_claim(internet, APRIL, "20", kind="compensation")]
    a_bill(internet, MARCH, "60", state="issued")
    assert waiting(internet.customer) == Decimal(110)
    assert stranded.settle() == 0
    leaves(internet)
    assert (stranded.settle(), stranded.settle()) == (1, 0)
    owed.refresh_from_db()
    paid.refresh_from_db()
    assert (owed.credited, owed.state, paid.credited) == (Decimal(110), "issued", Decimal(0))
    assert waiting(internet.customer) == Decimal(0)
    assert {claim.adjustment.form for claim in BillingClaim.objects.filter(pk__in=[each.pk for each in claims])} == {
        "credit_note"
    }
    placed = Event.objects.filter(kind="credit.placed", data__bill=owed.month.isoformat())
    assert sorted(each.data["amount"] for each in placed) == ["20.00", "90.00"]


def test_a_credit_that_a_bill_passed_by_finds_it(internet: Product) -> None:
    """A claim applied while the run opens the month sees no bill yet, and the run no credit."""
    claims = [a_claim(internet, MARCH, "100"), a_claim(internet, APRIL, "150")]
    bill = Bill.objects.create(customer=internet.customer, month=MARCH, total=Decimal(150))
    assert (stranded.settle(), stranded.settle()) == (1, 0)
    bill.refresh_from_db()
    assert bill.credited == Decimal(100)
    assert [Credit.objects.get(adjustment__claim=claim).bill for claim in claims] == [bill, None]


def test_where_bills_are_imported_their_system_sets_it_off(settings: Any, internet: Product) -> None:
    settings.BILLS = "imported"
    a_bill(internet, MARCH.replace(month=1), state="issued")
    a_bill(internet, MARCH, state="paid")
    a_claim(internet, MARCH, "50", kind="compensation")
    leaves(internet)
    assert stranded.settle() == 0
    assert waiting(internet.customer) == Decimal(50)


def test_the_last_month_of_a_product_still_carries_its_credit(internet: Product) -> None:
    """Who leaves before the month's bills are opened finds it on that bill."""
    a_claim(internet, MARCH)
    leaves(internet)
    assert stranded.settle() == 0
    months.open_bills(MARCH, actor=a_user())
    months.go_on()
    assert Bill.objects.get().credited == Decimal(150)


def test_what_cannot_be_settled_holds_up_nobody(internet: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the next one of its kind nor the kinds behind it; and it is named."""
    for customer in (internet.customer, a_customer(number="L-2")):
        product = internet if customer == internet.customer else a_product(customer, "150", number="L-2-1")
        a_bill(product, FEBRUARY, state="issued")
        a_claim(product, APRIL, "20", kind="compensation")
        leaves(product)
    stays = a_product(a_customer(number="S-1"), "150", number="S-1-1")
    a_claim(stays, MARCH, "100")
    Bill.objects.create(customer=stays.customer, month=MARCH, total=Decimal(150))
    set_off = credits.set_off

    def broken(bill: Bill, *, of_any_month: bool) -> bool:
        if bill.customer_id == internet.customer_id:
            raise ValueError("broken")
        return set_off(bill, of_any_month=of_any_month)

    monkeypatch.setattr(credits, "set_off", broken)
    with pytest.raises(ExceptionGroup) as told:
        stranded.settle()
    assert [error.__notes__ for error in told.value.exceptions] == [[f"customer {internet.customer_id}"]]
    assert list(Credit.objects.filter(bill=None).values_list("customer", flat=True)) == [internet.customer_id]
