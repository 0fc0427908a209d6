"""What a person may enter by hand a file may bring, and nothing else: form and row give the same verdict."""

from collections.abc import Callable
from typing import Any

import pytest
from django.forms import Form

from arraigo.billing.models import Bill
from arraigo.customers.models import CreditListing
from arraigo.imports import actions
from arraigo.products.models import Offering
from arraigo.tickets.models import TroubleTicket
from arraigo.web.customers.forms import CustomerForm, ProductForm, ProductStateForm, TicketForm, TicketStateForm
from arraigo.web.customers.money_forms import LiftForm, ListingForm, PaymentForm
from tests.imports.conftest import Write
from tests.records import a_customer, a_product

pytestmark = pytest.mark.django_db
DAYS = {"2026-03-10": True, "2091-01-01": False, "0202-01-01": False, "2026-02-30": False}
AMOUNTS = {"0.1": True, "-1": False, "0.001": False, "NaN": False, "1e9": True, "1" + "0" * 13: False}


def lengths(most: int) -> dict[str, bool]:
    return {"x" * most: True, "x" * (most + 1): False}


Verdicts = dict[str, dict[str, bool]]
"""Field → value → whether it is taken. `=` between fields: they are told together."""
KINDS: dict[str, tuple[str, dict[str, str], dict[str, str], Verdicts]] = {
    "customer": (
        "customers", {"name": "Ana", "kind": "member", "category": "vip"}, {"external_id": "E"},
        {
            "number": lengths(24) | {"A/1": False, "..": False, "new": False, "taken": False, "A 1": True},
            "name": lengths(160) | {" ": False},
            "document": lengths(24), "address": lengths(200), "since": DAYS,
            "kind": {"customer": True, "friend": False}, "category": {"business": True, "gold": False},
            "phones": {"70712345": True, "+59144251234": True, "12": False},
            "email": {"a@b.bo": True, "a@b": False, f"a@{'.'.join(sign * 60 for sign in 'bcdef')}.bo": False},
        },
    ),
    "product": (
        "products", {"number": "P-2", "offering": "internet-50", "status": "active"},
        {"external_id": "E", "customer": "1"},
        {
            "number": lengths(40) | {"A/1": False, "..": False}, "offering": {"gold-50": False}, "bundle": lengths(40),
            "price": AMOUNTS, "started_on": DAYS, "status": {"suspended": True, "lost": False},
        },
    ),
    "state": (
        "products", {"status": "terminated", "reason": "request"},
        {"source": "arraigo", "external_id": "P-1", "customer": "1", "offering": "internet-50",
         "started_on": "2026-01-15"},
        {
            "ended_on": DAYS | {"2026-01-14": False, "2026-01-15": True}, "reason": {"boredom": False},
            "status": {"active": False, "suspended": True},
            "status=reason=ended_on": {"active==2026-03-10": False, "suspended==2026-03-10": False, "active==": True},
        },
    ),
    "ticket": (
        "tickets", {"product": "P-1", "type": "fault", "symptom": "cuts"},
        {"external_id": "E", "customer": "1", "opened_at": "2026-03-10"},
        {
            "product": {"P-9": False}, "type": {"inquiry": True, "joke": False},
            "description": {"x" * 10_000: True, "x" * 10_001: False},
        },
    ),
    "payment": (
        "payments", {"amount": "100", "paid_at": "2026-03-10 10:00"},
        {"external_id": "E", "customer": "1", "month": "2026-01"},
        {
            "amount": AMOUNTS | {"0": False, "0.00": False, "150": True, "150.01": False, "1e9": False},
            "paid_at": {"2091-01-01 10:00": False, "0202-01-01 10:00": False, "2026-03-10 25:00": False},
            "channel": lengths(30),
        },
    ),
    "listing": (
        "credit_listings", {"bureau": "Central de Riesgos", "listed_on": "2026-03-10"},
        {"external_id": "E", "customer": "1"}, {"bureau": lengths(60), "listed_on": DAYS},
    ),
    "lift": (
        "credit_listings", {"lifted_on": "2026-03-10"},
        {"external_id": "E", "customer": "1", "bureau": "Central de Riesgos", "listed_on": "2026-02-01"},
        {"lifted_on": DAYS | {"2026-01-31": False, "2026-02-01": True}},
    ),
}  # fmt: skip


@pytest.fixture
def forms() -> dict[str, Callable[[dict[str, str]], Form]]:
    customer = a_customer(number="1")
    a_customer(number="taken")
    product = a_product(customer, number="P-1", started_on="2026-01-15")
    product.refresh_from_db()
    bill = Bill.objects.create(customer=customer, month="2026-01-01", issued_on="2026-02-01", due_on="2026-02-20",
                               total=150, state="issued")  # fmt: skip
    listing = CreditListing.objects.create(customer=customer, bureau="Central de Riesgos", listed_on="2026-02-01")
    listing.refresh_from_db()
    offering = Offering.objects.get()

    def chosen(told: dict[str, str], **keys: dict[str, Any]) -> dict[str, Any]:
        return told | {name: those.get(told[name], "0") for name, those in keys.items()}

    return {
        "customer": CustomerForm,
        "product": lambda told: ProductForm(chosen(told, offering={offering.code: offering.pk})),
        "state": lambda told: ProductStateForm(product, told),
        "ticket": lambda told: TicketForm(customer, chosen(told, product={"P-1": product.pk})),
        "payment": lambda told: PaymentForm({**told, "bill": str(bill.pk)}, customer=customer),
        "listing": ListingForm,
        "lift": lambda told: LiftForm(told, listing=listing),
    }


@pytest.mark.parametrize("name", KINDS)
def test_form_and_row_give_the_same_verdict(
    name: str, forms: dict[str, Callable[[dict[str, str]], Form]], write: Write
) -> None:
    kind, entered, beside, verdicts = KINDS[name]
    told: list[tuple[dict[str, str], bool]] = [({}, True)]
    for fields, values in verdicts.items():
        names = fields.split("=")
        told += [(dict(zip(names, value.split("="), strict=True)), taken) for value, taken in values.items()]
    for change, taken in told:
        form = forms[name](entered | change)
        assert form.is_valid() is taken, (change, form.errors)
        row = {**beside, **entered, **change}
        tally, _rejects = actions.import_file(
            kind, write("row.tsv", "\t".join(row), "\t".join(row.values())), dry_run=True
        )
        assert (tally.rejected == 0) is taken, (change, tally.rejects)


def test_a_ticket_goes_on_by_hand_only_where_its_state_leads() -> None:
    customer = a_customer()
    ticket = TroubleTicket(customer=customer, status="acknowledged", number="T")
    assert TicketStateForm(ticket, {"state": "inProgress", "note": "x" * 10_000}).is_valid()
    for wrong in ({"state": "closed"}, {"state": "inProgress", "note": "x" * 10_001}):
        assert not TicketStateForm(ticket, wrong).is_valid()
