"""A demo in several blocks: nothing is lost between them, and every index and constraint is back."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Sum

from arraigo.billing.models import Bill, BillLine
from arraigo.customers import search
from arraigo.customers.models import Customer, Phone
from arraigo.demo import actions
from arraigo.eventlog.models import Event
from arraigo.products.models import Product
from arraigo.tickets.models import TicketChange, TroubleTicket
from tests.demo.making import make

pytestmark = pytest.mark.django_db(transaction=True)


def schema() -> dict[str, Any]:
    """Every constraint and index of the tables that are filled in bulk, by table and name."""
    with connection.cursor() as cursor:
        tables = [model._meta.db_table for model in actions.IN_BULK]
        return {table: connection.introspection.get_constraints(cursor, table) for table in tables}


def test_blocks_join_and_the_schema_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema()
    monkeypatch.setattr(actions, "BLOCK", 40)
    counts = make(customers=100, cases=0)
    assert schema() == before
    assert Customer.objects.count() == 100
    assert Customer.objects.filter(products=None).count() == 0
    assert Phone.objects.filter(is_contact=True).count() == 100
    assert counts["bills"] == Bill.objects.count() == BillLine.objects.values("bill").distinct().count()
    assert not Bill.objects.annotate(sum=Sum("lines__amount")).exclude(sum=F("total")).exists()
    assert (
        counts["tickets"] == TroubleTicket.objects.count() == TicketChange.objects.values("ticket").distinct().count()
    )
    assert Event.objects.get(kind="demo.filled").data["products"] == Product.objects.count()
    last = Customer.objects.order_by("-pk")[0]
    assert last in search.search(last.number)
    added = Customer.objects.create(number="nuevo", name="Ana Nueva")
    assert added.pk > last.pk
