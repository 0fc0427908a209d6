"""People go on working while a file is brought in: what they save is neither lost nor written over."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from arraigo.billing import actions as billing
from arraigo.billing.models import Bill
from arraigo.customers import actions as customers
from arraigo.customers.models import Customer
from arraigo.imports import actions, landing, undo
from arraigo.imports.errors import TouchedSince
from arraigo.imports.kinds import bills
from arraigo.imports.models import ImportRun
from tests.at_once import beside
from tests.imports.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)
MEANWHILE = 1
"""Seconds that somebody has; who must wait for the batch is done after it."""


def meanwhile(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, work: Callable[[], Any]) -> list[Any]:
    """Let somebody else do `work` once, when the function `name` of `module` is called; what it answered."""
    real, answers = getattr(module, name), []

    def other() -> None:
        try:
            answers.append(work())
        finally:
            connection.close()

    someone = Thread(target=other)

    def busy(*told: Any, **known: Any) -> Any:
        monkeypatch.setattr(module, name, real)
        someone.start()
        someone.join(MEANWHILE)
        return real(*told, **known)

    monkeypatch.setattr(module, name, busy)
    return [someone, answers]


def test_a_payment_at_the_counter_stays_on_a_bill_that_is_brought_in_again(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, row = "customer,month,issued_on,due_on,total", "1,2026-01,2026-02-01,2026-02-20,{}"
    actions.import_file("customers", write("c.csv", "external_id,name", "1,Ana"))
    actions.import_file("bills", write("b.csv", head, row.format(100)))
    noon = dt.datetime(2026, 2, 10, 16, tzinfo=dt.UTC)
    someone, answers = meanwhile(
        monkeypatch, bills, "upsert", lambda: billing.pay(Bill.objects.get(), amount=Decimal(50), paid_at=noon)
    )
    actions.import_file("bills", write("b.csv", head, row.format(120)))
    someone.join()
    bill = Bill.objects.get()
    assert (len(answers), bill.total, bill.paid) == (1, Decimal(120), Decimal(50))


def test_what_is_corrected_on_a_page_is_not_written_back(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Berta's row says nothing of her address, Ana's does: both are written in one statement."""
    head = "external_id,name,address"
    actions.import_file("customers", write("c.csv", head, "1,Ana,Calle 1", "2,Berta,Calle 2"))
    berta = Customer.objects.get(external_id="2").pk
    someone, answers = meanwhile(
        monkeypatch, landing, "_update", lambda: customers.change_customer(berta, address="Calle 9", actor=None)
    )
    actions.import_file("customers", write("c.csv", head, "1,Ana,Calle 3", "2,Berta Rojas,"))
    someone.join()
    assert len(answers) == 1
    assert dict(Customer.objects.values_list("name", "address")) == {"Ana": "Calle 3", "Berta Rojas": "Calle 9"}


@pytest.mark.parametrize("earlier", [[], ["1,Ana,Calle 1"]], ids=["made", "changed"])
def test_an_import_is_not_undone_over_what_is_corrected_at_this_moment(write: Write, earlier: list[str]) -> None:
    for rows in filter(None, (earlier, ["1,Ana,Calle 3"])):
        actions.import_file("customers", write("c.csv", "external_id,name,address", *rows))
    ana, run = Customer.objects.get().pk, ImportRun.objects.latest("pk")
    found = beside(
        lambda: customers.change_customer(ana, address="Calle 9", actor=None),
        second=lambda: undo.undo(run, actor=None),
    )
    assert isinstance(found, TouchedSince), found
    assert Customer.objects.get().address == "Calle 9"
