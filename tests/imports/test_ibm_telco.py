"""The ready mapping for IBM's sample: customers with their services, the open month, who has left."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.db.models import F, Sum
from hypothesis import given
from hypothesis import strategies as st

from arraigo.billing.models import Bill, BillLine
from arraigo.customers import search
from arraigo.customers.models import Customer
from arraigo.imports import actions, guess, jobs
from arraigo.imports.kinds import kind_of
from arraigo.imports.kinds.brought import apportion
from arraigo.products.models import Product
from arraigo.terminations import queries as terminations
from arraigo.terminations.models import Termination
from arraigo.web.administration.import_forms import MappingForm, initial
from tests.imports.conftest import Write

PUBLIC_FILE = Path(os.environ.get("ARRAIGO_PUBLIC_FILES", "")) / "ibm_telco_7043.csv"
"""Not part of the project: `ARRAIGO_PUBLIC_FILES` names the folder where it lies."""
HEADER = (
    "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,"
    "OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,"
    "PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn"
)


def line(key: str, phone: str, internet: str, monthly: str, total: str, churn: str) -> str:
    services = f"{phone},No,{internet},No,Yes,No,No,Yes,No"
    return f"{key},Female,0,No,No,1,{services},Two year,No,Mailed check,{monthly},{total},{churn}"


def bring(path: Path) -> dict[str, int]:
    tally, _rejects = actions.import_file("customers", path, mapping_name="ibm-telco")
    return tally.counts()


@given(st.decimals("0", "9999", places=2), st.lists(st.integers(1, 90).map(Decimal), min_size=1, max_size=12))
def test_shares_sum_up_to_the_charge(total: Decimal, weights: list[Decimal]) -> None:
    shares = apportion(total, weights)
    assert sum(shares) == total
    assert all(share >= 0 for share in shares)


@pytest.mark.django_db
def test_sample(write: Write) -> None:
    path = write(
        "ibm.csv", HEADER, line("AAAA-1", "Yes", "Fiber optic", "85.35", "900.1", "No"),
        line("BBBB-2", "No", "DSL", "40.05", " ", "Yes"), line("CCCC-3", "Yes", "DSL", "x", "1", "No"),
        line("DDDD-4", "No", "No", "20.00", "1", "No").replace("Yes", "No"),  # charged, and for nothing
    )  # fmt: skip
    assert bring(path) == {"accepted": 2, "updated": 0, "unchanged": 0, "rejected": 2}
    stays = Customer.objects.get(external_id="AAAA-1")
    kinds = {p.offering.code: p.offering.technology for p in stays.products.select_related("offering")}
    assert kinds == {
        "ibm-phone": "copper", "ibm-internet-fibre": "fibre", "ibm-backup": "unknown", "ibm-tv": "ott",
    }  # fmt: skip
    bill = stays.bills.get()
    assert (bill.state, bill.total) == ("unbilled", Decimal("85.35"))
    assert sum(row.amount for row in bill.lines.all()) == bill.total
    left = Customer.objects.get(external_id="BBBB-2")
    assert set(left.products.values_list("status", "reason", "ended_on")) == {("terminated", "unknown", None)}
    assert set(left.terminations.values_list("requested_at", "executed_at")) == {(None, None)}


@pytest.mark.django_db
def test_the_ready_mapping_is_recognised_and_kept_by_the_page(write: Write) -> None:
    path = write("churn.csv", HEADER, line("AAAA-1", "Yes", "DSL", "50.00", "1", "No"))
    guessed = guess.guess(path)
    assert guessed.mapping.source == "ibm-telco"
    with path.open("rb") as file:
        run = jobs.upload(File(file, name="churn.csv"), "", actor=None)
    mapped = jobs.mapping_of(run)
    form = MappingForm(
        {name: value for name, value in initial(mapped, create_missing=False).items() if value},
        kind=kind_of("customers"), headers=tuple(HEADER.split(",")),
    )  # fmt: skip
    assert form.is_valid(), form.errors
    run = jobs.set_mapping(run, form.told(), create_missing=False)
    assert jobs.mapping_of(run).products == mapped.products
    jobs.start(run, dry_run=False)
    jobs.carry_out(run.pk, False)
    assert Product.objects.filter(customer__external_id="AAAA-1").count() == 4


@pytest.mark.django_db
def test_a_new_charge_updates_products_and_the_open_month(write: Write) -> None:
    bring(write("ibm.csv", HEADER, line("AAAA-1", "Yes", "DSL", "50.00", "1", "No")))
    again = write("ibm.csv", HEADER, line("AAAA-1", "Yes", "DSL", "62.01", "1", "Yes"))
    assert bring(again) == {"accepted": 0, "updated": 1, "unchanged": 0, "rejected": 0}
    assert Bill.objects.get().total == Decimal("62.01")
    assert sum(Product.objects.values_list("price", flat=True), Decimal()) == Decimal("62.01")
    assert Termination.objects.count() == Product.objects.count()


@pytest.mark.django_db
@pytest.mark.skipif(not PUBLIC_FILE.exists(), reason="ARRAIGO_PUBLIC_FILES names no folder with the public file")
def test_the_public_file_lands_whole() -> None:
    assert bring(PUBLIC_FILE)["accepted"] == 7043
    left: Any = Customer.objects.filter(products__status="terminated").distinct()
    assert (Customer.objects.count(), left.count()) == (7043, 1869)
    assert Customer.objects.filter(products=None).count() == 0
    assert BillLine.objects.count() == Product.objects.count()
    charged = Customer.objects.annotate(sum=Sum("products__price")).filter(bills__total=F("sum"))
    assert charged.count() == 7043
    assert search.search("4472-LVYGI")[0].external_id == "4472-LVYGI"  # without TotalCharges
    assert not Termination.objects.exclude(requested_at=None, executed_at=None).exists()
    assert terminations.monthly_counts([Bill.objects.values_list("month", flat=True)[0]]).popitem()[1].requested == 0
    assert bring(PUBLIC_FILE) == {"accepted": 0, "updated": 0, "unchanged": 7043, "rejected": 0}
