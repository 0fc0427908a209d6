"""Products and tickets from a file, mappings, and files that cannot be read."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arraigo.customers.models import Customer
from arraigo.imports import actions
from arraigo.products.models import Offering, Product
from arraigo.tickets.models import TroubleTicket
from tests.imports.conftest import Write

pytestmark = pytest.mark.django_db

TICKETS = "external_id,customer,product,opened_at,resolved_at,status"


def bring(kind: str, path: Path, **options: Any) -> list[int]:
    tally, _rejects = actions.import_file(kind, path, **options)
    return list(tally.counts().values())


@pytest.fixture
def customer() -> Customer:
    Offering.objects.create(code="fo", name="Fibra", service="internet", technology="fibre", list_price="200")
    return Customer.objects.create(number="100", name="Rosa", source="file", external_id="C-1")


def test_products_of_a_known_customer(write: Write, customer: Customer) -> None:
    path = write(
        "p.csv", "external_id,customer,offering,price,status,started_on",
        "P-1,C-1,fo,\"199,90\",active,2020-01-31", "P-2,100,fo,80.5,terminated,", "P-3,C-9,fo,1,,", "P-4,C-1,xx,1,,",
    )  # fmt: skip
    assert bring("products", path) == [2, 0, 0, 2]
    first, second = Product.objects.order_by("external_id")
    assert (str(first.price), first.started_on) == ("199.90", dt.date(2020, 1, 31))
    assert (second.status, second.reason, second.customer_id) == ("terminated", "unknown", customer.pk)
    assert bring("products", path) == [0, 0, 2, 2]


def test_tickets_without_create_missing_need_their_product(write: Write, customer: Customer) -> None:
    Product.objects.create(
        number="P-1", customer=customer, offering=Offering.objects.get(), price="1", source="file", external_id="P-1"
    )  # fmt: skip
    path = write(
        "t.csv", TICKETS, "T-1,C-1,P-1,2026-01-02T10:00,2026-01-02T12:00,closed", "T-2,C-1,P-9,2026-01-02,,",
        "T-3,C-1,P-1,2026-01-02T10:00,2026-01-01,",
    )  # fmt: skip
    assert bring("tickets", path) == [1, 0, 0, 2]
    ticket = TroubleTicket.objects.get()
    assert ticket.opened_at == dt.datetime(2026, 1, 2, 14, tzinfo=dt.UTC)
    assert list(ticket.changes.values_list("before", "after")) == [("", "closed")]


def test_tickets_bring_their_customers_and_products(write: Write) -> None:
    """The identity of a product is the pair of customer and product value."""
    path = write(
        "t.csv", TICKETS, "T-1,A,Internet,2026-01-02,,", "T-2,A,Internet,2026-01-09,2026-01-10,",
        "T-3,A,TV,2026-01-09,,", "T-4,B,Internet,2026-01-09,,",
    )  # fmt: skip
    assert bring("tickets", path, create_missing=True) == [4, 0, 0, 0]
    assert Customer.objects.count() == 2
    assert Product.objects.count() == 3
    assert TroubleTicket.objects.get(external_id="T-1").product == TroubleTicket.objects.get(external_id="T-2").product
    assert bring("tickets", path, create_missing=True) == [0, 0, 4, 0]
    assert bring("tickets", write("u.csv", TICKETS, "T-5,B,Internet,2026-01-11,,")) == [1, 0, 0, 0]
    assert Product.objects.count() == 3


def test_a_ticket_that_went_on_is_updated_with_its_change(write: Write) -> None:
    bring("tickets", write("t.csv", TICKETS, "T-1,A,Internet,2026-01-02,,"), create_missing=True)
    again = write("t.csv", TICKETS, "T-1,A,Internet,2026-01-02,2026-01-03,")
    assert bring("tickets", again) == [0, 1, 0, 0]
    changes = TroubleTicket.objects.get().changes.values_list("before", "after")
    assert list(changes) == [("", "acknowledged"), ("acknowledged", "resolved")]


MAPPING = """
kind = "tickets"
source = "crm"
delimiter = ";"
encoding = "latin-1"
date_format = "%d/%m/%Y %H:%M"
[columns]
external_id = "Nº"
customer = "Cliente"
product = "Línea"
opened_at = "Apertura"
status = "Estado"
resolved_at = "Cierre"
[values.status]
"Cerrado" = "closed"
"Abierto" = "acknowledged"
[constants]
service = "telephone"
"""


def test_a_mapping_translates_headers_codes_and_dates(write: Write) -> None:
    mapping = write("crm.toml", MAPPING)
    path = write(
        "t.csv", "Nº;Cliente;Línea;Apertura;Cierre;Estado", "1;Íñigo;4411223;31/12/2025 23:30;01/01/2026 08:00;Cerrado",
        "2;Íñigo;4411223;2026-01-01;;Abierto", encoding="latin-1",
    )  # fmt: skip
    assert bring("tickets", path, mapping_name=str(mapping), create_missing=True) == [1, 0, 0, 1]
    ticket = TroubleTicket.objects.get(source="crm", external_id="1")
    assert (ticket.status, ticket.customer.name) == ("closed", "Íñigo")
    assert ticket.product.offering.service == "telephone"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["birds", "x.csv"], "birds"),
        (["customers", "missing.csv"], "missing.csv"),
        (["customers", "latin.csv", "--map", "utf8.toml"], "utf-8"),
        (["customers", "empty.csv"], "empty.csv"),
        (["customers", "headers.csv"], "external_id"),
        (["customers", "good.csv", "--map", "nobody"], "ibm-telco"),
        (["customers", "good.csv", "--map", "broken.toml"], "broken.toml"),
        (["customers", "good.csv", "--map", "strange.toml"], "colour"),
        (["tickets", "good.csv", "--map", "ibm-telco"], "customers"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write("latin.csv", "external_id,name", "1,Íñigo", encoding="latin-1")
    write("headers.csv", "id,nombre", "1,Ana")
    write("good.csv", "external_id,name", "1,Ana")
    write("utf8.toml", 'kind = "customers"', 'encoding = "utf-8"', "[columns]", 'external_id = "external_id"')
    write("broken.toml", "kind = ")
    write("strange.toml", 'kind = "customers"', 'colour = "red"')
    (tmp_path / "empty.csv").touch()
    with pytest.raises(CommandError, match=sentence):
        call_command("import", *arguments)
    assert not Customer.objects.exists()


def test_the_last_line_and_the_json(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("c.csv", "external_id,name", "1,Ana", "2,")
    call_command("import", "customers", str(path))
    assert capsys.readouterr().out.splitlines()[-1] == "accepted 1, updated 0, unchanged 0, rejected 1"
    call_command("import", "customers", str(path), "--json")
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert Path(told.pop("rejects_file")).exists()
    assert told == {"accepted": 0, "updated": 0, "unchanged": 1, "rejected": 1}
