"""Numbers are unique, in order, and made of the record's own key."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from arraigo import clock
from arraigo.numbering import numbered, numbered_many
from arraigo.orders import actions as orders
from arraigo.orders.models import ProductOrder
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import TroubleTicket
from tests.records import NOON, a_customer, a_product


@pytest.mark.django_db
def test_the_number_is_the_key_of_the_year_in_cochabamba() -> None:
    new_year = dt.datetime(2027, 1, 1, 3, 59, tzinfo=dt.UTC)
    named = numbered(ProductOrder, "SOL", new_year)
    assert named["number"] == f"SOL-2026-{named['id']:06d}"
    assert numbered(ProductOrder, "SOL", new_year + dt.timedelta(minutes=1))["number"].startswith("SOL-2027-")


@pytest.mark.django_db
def test_several_follow_each_other() -> None:
    named = numbered_many(ProductOrder, "SOL", NOON, 3)
    first = named[0]["id"]
    assert [each["id"] for each in named] == [first, first + 1, first + 2]


@pytest.mark.django_db
def test_numbers_that_a_file_brought_are_passed_over() -> None:
    """A file of another Arraigo: its numbers stand on keys of our own, with gaps, up to far beyond them."""
    person = a_customer()
    product, *leaving = [a_product(person) for _ in range(4)]
    with clock.at(NOON):
        first = tickets.open_ticket(person, product, actor=None)
        for ahead in (1, 2, 4):
            number = f"TK-2026-{first.pk + 3 + ahead:06d}"
            TroubleTicket.objects.create(
                number=number, customer=person, product=product, type="fault", opened_at=NOON, status="acknowledged"
            )
        ours = [tickets.open_ticket(person, product, actor=None) for _ in range(3)]
        assert [each.number for each in ours] == [f"TK-2026-{first.pk + 3 + ahead:06d}" for ahead in (3, 5, 6)]
        key = numbered(Termination, "BJ", NOON)["id"]
        brought = [f"BJ-2026-{number:06d}" for number in range(key + 250, key + 550)]
        Termination.objects.bulk_create(
            Termination(number=number, customer=person, product=product, reason="price") for number in brought
        )
        left = terminations.request_termination(leaving, reason="price", case_number="", actor=None)
    assert [each.number for each in left] == [f"BJ-2026-{key + ahead:06d}" for ahead in (550, 551, 552)]


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_a_number_is_taken_inside_a_transaction() -> None:
    if connection.vendor == "sqlite":
        with pytest.raises(RuntimeError):
            numbered(ProductOrder, "SOL", NOON)
    with transaction.atomic():
        assert numbered(ProductOrder, "SOL", NOON)["id"] > 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_share_one() -> None:
    customer = a_customer()
    product = a_product(customer)

    def order_some() -> None:
        try:
            for _ in range(10):
                with clock.at(NOON):
                    orders.order_courtesy(customer=customer, product=product, details={}, case_number="", actor=None)
        finally:
            connection.close()

    workers = [threading.Thread(target=order_some) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    numbers = list(ProductOrder.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 40
    assert all(order.number == f"SOL-2026-{order.pk:06d}" for order in ProductOrder.objects.all())
