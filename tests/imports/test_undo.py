"""An import is taken back as long as nothing has touched since what it brought."""

import datetime as dt

import pytest
from django.db import transaction

from arraigo.billing import actions as billing
from arraigo.billing.models import Bill, BillLine, Payment
from arraigo.customers import actions as customers
from arraigo.customers import search
from arraigo.customers.models import CreditListing, Customer, Phone, SearchToken
from arraigo.eventlog.models import Event
from arraigo.imports import actions, undo
from arraigo.imports.errors import CannotUndo, TouchedSince
from arraigo.imports.models import ImportRun
from tests.imports.conftest import Write
from tests.records import refused

pytestmark = pytest.mark.django_db
HEADER = "external_id,name,phones"


def bring(kind: str, write: Write, *lines: str) -> ImportRun:
    actions.import_file(kind, write(f"{kind}.csv", *lines))
    return ImportRun.objects.latest("pk")


def test_what_was_made_goes_and_what_was_changed_is_as_before(write: Write) -> None:
    bring("customers", write, HEADER, "1,Rosa Aguilar,70011223")
    second = bring("customers", write, HEADER, "1,Rosa Soto,70011224", "2,Luis,")
    undo.undo(second, actor=None)
    assert list(Customer.objects.values_list("name", flat=True)) == ["Rosa Aguilar"]
    assert list(Phone.objects.values_list("number", flat=True)) == ["+59170011223"]
    assert search.search("aguilar") == list(Customer.objects.all())
    assert search.search("soto") == []
    assert not SearchToken.objects.exclude(customer=Customer.objects.get()).exists()
    assert Event.objects.filter(kind="import.undone").count() == 1
    with refused(CannotUndo):
        undo.undo(second, actor=None)


def test_bills_with_lines_and_payments_go_in_the_order_that_they_came(write: Write) -> None:
    bring("customers", write, HEADER, "1,Rosa,")
    head = "customer,month,issued_on,due_on,total"
    bills = bring("bills", write, head, "1,2026-01,2026-02-01,2026-02-20,100")
    more = bring("bills", write, head, "1,2026-01,2026-02-01,2026-02-20,120")
    paid = bring("payments", write, "external_id,customer,month,amount,paid_at", "P,1,2026-01,120,2026-02-02")
    assert Bill.objects.get().state == "paid"
    with refused(TouchedSince):
        undo.undo(more, actor=None)
    undo.undo(paid, actor=None)
    assert (Bill.objects.get().state, Bill.objects.get().paid, Payment.objects.count()) == ("issued", 0, 0)
    undo.undo(more, actor=None)
    assert (Bill.objects.get().total, BillLine.objects.get().amount) == (100, 100)
    undo.undo(bills, actor=None)
    assert not Bill.objects.exists()


def test_what_a_person_has_touched_stays(write: Write) -> None:
    run = bring("customers", write, HEADER, "1,Rosa,", "2,Luis,")
    customers.change_customer(Customer.objects.get(external_id="1"), address="Calle Uno 1", actor=None)
    with refused(TouchedSince):
        undo.undo(run, actor=None)
    assert Customer.objects.count() == 2


def test_what_something_refers_to_stays(write: Write) -> None:
    run = bring("customers", write, HEADER, "1,Rosa,")
    billing.open_month(Customer.objects.get(), dt.date(2026, 1, 1), [(None, "x", 10)])
    with refused(TouchedSince):
        undo.undo(run, actor=None)
    assert Customer.objects.get().name == "Rosa"
    assert run.state == "done"


def test_only_the_lifting_of_its_own_listings_keeps_an_import(write: Write) -> None:
    bring("customers", write, HEADER, "1,Rosa,", "2,Luis,")
    head = "external_id,customer,listed_on,bureau"
    run = bring("credit_listings", write, head, "L1,1,2025-01-01,Uno", "L2,2,2025-01-01,Uno")
    rosa = Customer.objects.get(external_id="1")
    other = customers.add_listing(rosa, bureau="Dos", listed_on=dt.date(2025, 2, 1), actor=None)
    customers.lift_listing(other, on=dt.date(2025, 3, 1), actor=None)
    with transaction.atomic():
        customers.lift_listing(CreditListing.objects.get(external_id="L2"), on=dt.date(2025, 3, 1), actor=None)
        with refused(TouchedSince):
            undo.undo(run, actor=None)
        transaction.set_rollback(True)
    undo.undo(run, actor=None)
    assert list(CreditListing.objects.all()) == [other]
