"""Customers from a file: idempotent, with rejects, nothing of a row half in."""

import csv
from pathlib import Path

import pytest
from django.db import transaction

from arraigo.customers import search
from arraigo.customers.models import Customer, Phone, SearchToken
from arraigo.eventlog.models import Event
from arraigo.imports import actions
from arraigo.imports.kinds import customers as land_customers
from arraigo.imports.models import ImportRun
from tests.imports.conftest import Write

pytestmark = pytest.mark.django_db

HEADER = "external_id,name,document,phones,category,since"


def bring(path: Path, **options: object) -> dict[str, int]:
    tally, _rejects = actions.import_file("customers", path, **options)  # type: ignore[arg-type]
    return tally.counts()


def counts(accepted: int = 0, updated: int = 0, unchanged: int = 0, rejected: int = 0) -> dict[str, int]:
    return {"accepted": accepted, "updated": updated, "unchanged": unchanged, "rejected": rejected}


def test_a_row_becomes_a_customer_who_can_be_found(write: Write) -> None:
    path = write("c.csv", HEADER, "C-1,Rosa Aguilar,4411223,70011223;4-4112233,vip,2019-05-01")
    assert bring(path) == counts(accepted=1)
    customer = Customer.objects.get(source="file", external_id="C-1")
    assert (customer.name, customer.category, str(customer.since)) == ("Rosa Aguilar", "vip", "2019-05-01")
    phones = {phone.number: phone.is_contact for phone in customer.phones.all()}
    assert phones == {"+59170011223": True, "+59144112233": False}
    assert search.search("aguilar") == [customer]


def test_the_same_file_again_changes_nothing(write: Write) -> None:
    path = write("c.csv", HEADER, "C-1,Rosa Aguilar,4411223,70011223,vip,2019-05-01", "C-2,Luis Rojas,,,,")
    bring(path)
    before = (list(Customer.objects.values()), list(Phone.objects.values()), SearchToken.objects.count())
    assert bring(path) == counts(unchanged=2)
    assert (list(Customer.objects.values()), list(Phone.objects.values()), SearchToken.objects.count()) == before


def test_a_changed_row_is_updated_and_what_the_file_leaves_out_stays(write: Write) -> None:
    bring(write("c.csv", HEADER, "C-1,Rosa Aguilar,4411223,70011223,,"))
    Customer.objects.update(address="Calle Uno 1")
    assert bring(write("c.csv", HEADER, "C-1,Rosa Aguilar Soto,,70011224,,")) == counts(updated=1)
    customer = Customer.objects.get()
    assert (customer.name, customer.document, customer.address) == ("Rosa Aguilar Soto", "4411223", "Calle Uno 1")
    assert customer.phones.count() == 2
    assert customer.phones.get(is_contact=True).number == "+59170011223"
    assert search.search("soto") == [customer]


def test_bad_rows_are_left_out_with_line_field_and_reason(write: Write) -> None:
    path = write(
        "c.csv", HEADER, "C-1,Rosa Aguilar,,,,", ",Sin Código,,,,", "C-3,Luis,,12,gold,ayer", "C-1,Otra,,,,",
        "C-5,Corta",
        "C-6,Eva Soto,,,,",
    )  # fmt: skip
    tally, rejects = actions.import_file("customers", path)
    assert tally.counts() == counts(accepted=2, rejected=4)
    assert rejects is not None
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        found = [(int(row["line"]), row["field"]) for row in csv.DictReader(file)]
    assert sorted(found) == [
        (3, "external_id"), (4, "category"), (4, "phones"), (4, "since"), (5, "external_id"), (6, ""),
    ]  # fmt: skip
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"C-1", "C-6"}


def test_a_number_that_somebody_else_has_is_rejected(write: Write) -> None:
    Customer.objects.create(number="100", name="De aquí")
    path = write("c.csv", "external_id,number,name", "A,100,Rosa", "B,200,Luis", "C,200,Eva")
    assert bring(path) == counts(accepted=1, rejected=2)


def test_one_source_is_one_whether_a_row_names_it_or_not(write: Write) -> None:
    path = write("c.csv", "source,external_id,number,name", ",1,,Ana", "file,1,,Berta", "crm,1,9,Carla")
    assert bring(path) == counts(accepted=2, rejected=1)
    assert dict(Customer.objects.values_list("source", "name")) == {"file": "Ana", "crm": "Carla"}


def test_a_dry_run_tells_and_leaves_nothing(write: Write) -> None:
    path = write("c.csv", HEADER, "C-1,Rosa Aguilar,,,,", ",x,,,,")
    assert bring(path, dry_run=True) == counts(accepted=1, rejected=1)
    assert not Customer.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Event.objects.exists()


def test_one_event_tells_the_digest_and_the_counts(write: Write) -> None:
    bring(write("c.csv", HEADER, *(f"C-{n},Cliente {n},,,," for n in range(2400))))
    event = Event.objects.get(kind="file.imported")
    run = ImportRun.objects.get()
    assert event.data["sha256"] == run.sha256
    assert (event.data["accepted"], run.accepted) == (2400, 2400)
    assert run.ended_at is not None


class Killed(BaseException):
    """As if the process were killed: nothing may catch it."""


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_whole_batches_stay_and_a_restart_completes(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("c.csv", HEADER, *(f"C-{n},Cliente {n},,,," for n in range(2400)))
    real, calls = land_customers.search.reindex, [0]

    def dies_late(customers: object) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise Killed
        real(customers)  # type: ignore[arg-type]

    monkeypatch.setattr(land_customers.search, "reindex", dies_late)
    with pytest.raises(Killed):
        bring(path)
    assert Customer.objects.count() == actions.BATCH
    assert ImportRun.objects.get().accepted == actions.BATCH
    assert ImportRun.objects.get().ended_at is None
    assert bring(path) == counts(accepted=2400)
    assert ImportRun.objects.get().counts == counts(accepted=2400)
    told = Event.objects.get(kind="file.imported").data["interrupted_before"]
    assert [each["accepted"] for each in told] == [actions.BATCH]


def test_a_row_that_only_the_database_refuses_is_rejected_alone(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that the row model does not know still costs no other row."""
    from django.db import IntegrityError

    real = land_customers.upsert

    def refuses_two(model: object, setting: object, wanted: dict[str, object], **known: object) -> object:
        landed = real(model, setting, wanted, **known)  # type: ignore[arg-type]
        if "C-2" in wanted:
            raise IntegrityError("CHECK constraint failed")
        return landed

    monkeypatch.setattr(land_customers, "upsert", refuses_two)
    path = write("c.csv", "external_id,name", "C-1,Rosa", "C-2,Luis", "C-3,Eva")
    with transaction.atomic():
        assert bring(path) == counts(accepted=2, rejected=1)
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"C-1", "C-3"}
