"""The baja: registered, withdrawn, executed, and how the indicator counts it."""

import datetime as dt
from typing import Any

import pytest

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.customers.models import Customer
from arraigo.eventlog.models import Event
from arraigo.products.models import Product
from arraigo.terminations import actions, errors, queries
from arraigo.terminations.models import Termination
from tests.records import NOON, a_customer, a_product, refused

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH, APRIL = (dt.date(2026, n, 1) for n in (2, 3, 4))


@pytest.fixture
def customer() -> Customer:
    return a_customer()


def leave(*products: Product, at: dt.datetime = NOON, reason: str = "price", **fields: Any) -> list[Termination]:
    with clock.at(at):
        return actions.request_termination(products, reason=reason, case_number="RET-2026-000001", actor=None, **fields)


def test_products_of_one_request_share_the_receipt(customer: Customer) -> None:
    products = [a_product(customer), a_product(customer)]
    rows = leave(*products, return_items=["Módem"], return_by=dt.date(2026, 3, 20))
    assert {row.receipt for row in rows} == {f"CB-2026-{rows[0].pk:06d}"}
    assert len({row.number for row in rows}) == 2
    assert [row.requested_at for row in rows] == [NOON, NOON]
    assert list(Command.objects.values_list("kind", flat=True)) == ["termination.request"] * 2
    event = Event.objects.get(kind="termination.requested")
    assert set(event.data["terminations"]) == {row.number for row in rows}
    assert (event.data["return_items"], event.data["return_by"]) == (["Módem"], "2026-03-20")


def test_what_is_gone_or_leaving_is_refused(customer: Customer) -> None:
    product = a_product(customer)
    with refused(errors.NothingToTerminate):
        leave()
    with refused(errors.SeveralCustomers):
        leave(product, a_product(a_customer()))
    first = leave(product)[0]
    with refused(errors.TerminationOpen) as caught:
        leave(product)
    assert first.number in str(caught.value)
    actions.execute_termination(first, actor=None)
    with refused(errors.AlreadyTerminated):
        leave(product)


@pytest.mark.parametrize(
    ("reason", "ends_as"),
    [
        ("price", "request"),
        ("faults", "request"),
        ("death", "death"),
        ("moving", "moving"),
        ("arrears", "arrears"),
    ],
)
def test_an_executed_one_ends_the_product(customer: Customer, reason: str, ends_as: str) -> None:
    product = a_product(customer, started_on=dt.date(2020, 1, 1))
    termination = leave(product, reason=reason)[0]
    with clock.at(dt.datetime(2026, 3, 13, 3, 30, tzinfo=dt.UTC)):
        actions.execute_termination(termination, actor=None)
    product.refresh_from_db()
    assert (product.status, product.reason, product.ended_on) == ("terminated", ends_as, dt.date(2026, 3, 12))
    with refused(errors.TerminationClosed):
        actions.withdraw_termination(termination, actor=None)


def test_of_two_items_that_are_named_alike_each_counts(customer: Customer) -> None:
    [baja] = leave(a_product(customer), return_items=["Decodificador", "Decodificador", "Módem"])
    with clock.at(NOON):
        baja = actions.execute_termination(baja, returned=["Módem", "Decodificador"], actor=None)
        assert sorted(baja.returned_items or []) == ["Decodificador", "Módem"]
        assert baja.missing_items == ["Decodificador"]
        baja = actions.note_returned(baja, ["Decodificador", "Decodificador"], actor=None)
    assert (baja.missing_items, len(baja.returned_items or [])) == ([], 3)


def test_a_withdrawn_one_counts_nowhere_and_leaves_the_product(customer: Customer) -> None:
    product = a_product(customer)
    termination = leave(product)[0]
    assert queries.open_terminations([product]) == [termination]
    actions.withdraw_termination(termination, actor=None)
    product.refresh_from_db()
    assert product.is_alive
    assert queries.open_terminations([product]) == []
    assert Command.objects.filter(kind="termination.withdraw").count() == 1
    event = Event.objects.get(kind="termination.withdrawn")
    assert (event.subject_id, event.data["number"]) == (termination.pk, termination.number)
    assert queries.monthly_counts([MARCH])[MARCH].requested == 0
    with refused(errors.TerminationClosed):
        actions.execute_termination(termination, actor=None)
    assert leave(product)[0].number != termination.number


def test_a_request_that_the_other_system_does_not_have_is_called_off_with_its_withdrawal(
    settings: Any, customer: Customer
) -> None:
    """Sent again it would end a product that the customer keeps."""
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    for status in ("pending", "failed"):
        termination = leave(a_product(customer))[0]
        Command.objects.filter(kind="termination.request", status="pending").update(status=status)
        actions.withdraw_termination(termination, actor=None)
    assert set(Command.objects.values_list("kind", "status")) == {("termination.request", "cancelled")}


def test_months_end_at_midnight_in_cochabamba(customer: Customer) -> None:
    last = dt.datetime(2026, 3, 31, 23, 59, 59, tzinfo=clock.LA_PAZ)
    first = leave(a_product(customer), at=last)[0]
    leave(a_product(customer), at=last + dt.timedelta(seconds=1))
    with clock.at(dt.datetime(2026, 4, 2, 12, tzinfo=clock.LA_PAZ)):
        actions.execute_termination(first, actor=None)
    counts = queries.monthly_counts([FEBRUARY, MARCH, APRIL])
    assert [counts[month].requested for month in (FEBRUARY, MARCH, APRIL)] == [0, 1, 1]
    assert [counts[month].executed for month in (FEBRUARY, MARCH, APRIL)] == [0, 0, 1]


def test_arrears_deaths_and_moves_stand_apart(customer: Customer) -> None:
    for reason in ("price", "better_offer", "arrears", "death", "death", "moving"):
        leave(a_product(customer), reason=reason)
    count = queries.monthly_counts([MARCH])[MARCH]
    assert count.requested == 2
    assert count.requested_apart == {"arrears": 1, "death": 2, "moving": 1}
    assert count.executed_apart == {"arrears": 0, "death": 0, "moving": 0}


def test_imported_ones_without_dates_count_nowhere(customer: Customer) -> None:
    Termination.objects.create(number="X1", customer=customer, product=a_product(customer), reason="unknown")
    assert queries.monthly_counts([MARCH])[MARCH] == queries.MonthCount(
        requested_apart={"arrears": 0, "death": 0, "moving": 0},
        executed_apart={"arrears": 0, "death": 0, "moving": 0},
    )
    assert queries.monthly_counts([]) == {}


def test_statements_do_not_grow_with_products(customer: Customer, django_assert_num_queries: Any) -> None:
    one, three = [a_product(customer)], [a_product(customer) for _ in range(3)]
    for products in (one, three):
        with django_assert_num_queries(7):
            leave(*products)
