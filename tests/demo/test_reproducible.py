"""Same seed and moment, same data; and where no demo is made."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.demo.errors import DatabaseInUse
from tests.demo.digest import digest
from tests.demo.making import AT, make
from tests.postgres import binaries

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, CASES = 36, 12 if connection.vendor == "postgresql" or not binaries() else 2
"""Where there is PostgreSQL too, its run compares both databases at length."""
ON_SQLITE = f"""
import django; django.setup()
from django.db import connection
connection.creation.create_test_db(verbosity=0)
from tests.demo.digest import digest
from tests.demo.making import make
make({CUSTOMERS}, {CASES}); print(digest())
"""
"""Another process with a database of its own."""


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_the_same_seed_gives_the_same_data_and_another_one_does_not() -> None:
    """On both databases: what is made here is the same as what another process makes on SQLite."""
    environment = {**os.environ, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", ON_SQLITE]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as elsewhere:
        make(CUSTOMERS, CASES)
        first = digest()
        assert elsewhere.communicate()[0].split()[-1] == first
    call_command("flush", interactive=False, verbosity=0)
    make(CUSTOMERS, 0, seed=8)
    assert digest() != first


@pytest.mark.django_db
def test_a_database_in_use_is_left_alone() -> None:
    Customer.objects.create(number="1", name="De verdad")
    with translation.override("en"):
        said = str(DatabaseInUse())
    with pytest.raises(CommandError, match=re.escape(said)):
        call_command("demo", customers=60)
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_no_demo_in_production(settings: pytest.FixtureRequest) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError):
        call_command("demo", customers=60)
    assert not Customer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options", [{"as_of": "ayer"}, {"as_of": "2030-01-01"}, {"as_of": "0001-01-01"}, {"customers": 0}]
)
def test_impossible_demos_are_refused(options: dict[str, object]) -> None:
    with clock.at(AT), pytest.raises(CommandError):
        call_command("demo", **options)
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_the_last_line_tells_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    with clock.at(AT):
        call_command("demo", customers=30, cases=3, as_of=AT.isoformat())
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert "customers 30" in last
    assert "cases 3" in last
