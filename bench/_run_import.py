"""One import of `bench import`, in a process of its own. Prints one JSON object."""

import csv
import datetime as dt
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from arraigo.customers.models import Customer  # noqa: E402
from arraigo.imports import actions, store  # noqa: E402
from arraigo.products.models import Offering, Product  # noqa: E402
from arraigo.storage.tables import bring_up_to_date  # noqa: E402

TABLES = {
    "tickets": ("tickets_troubleticket", "tickets_ticketchange"),
    "bills": ("billing_bill", "billing_billline"),
    "usage": ("usage_usage",),
}
BEGAN = dt.date(2024, 1, 1)
MONTHS = 24


def households(count: int) -> None:
    """Customers with one product each."""
    offering, _made = Offering.objects.get_or_create(
        code="fo", defaults={"name": "Fibra", "service": "internet", "technology": "fibre", "list_price": "200"}
    )
    have = Customer.objects.count()
    customers = [
        Customer(number=f"C{n}", name=f"Cliente {n}", source="file", external_id=f"C{n}") for n in range(have, count)
    ]
    for customer in store.insert(Customer, customers):
        customer.product = Product(  # type: ignore[attr-defined]
            number=f"P{customer.number}", customer=customer, offering=offering, price="200", source="file",
            external_id=f"P{customer.number}",
        )  # fmt: skip
    store.insert(Product, [customer.product for customer in customers])  # type: ignore[attr-defined]


def tickets(count: int, homes: int) -> Iterator[list[str]]:
    yield ["external_id", "customer", "product", "opened_at", "resolved_at", "status", "symptom", "description"]
    for n in range(count):
        day = BEGAN + dt.timedelta(days=n % 700)
        home = n % homes
        yield [f"T{n}", f"C{home}", f"PC{home}", f"{day}T08:30", f"{day}T18:00", "closed", "cuts", "Se corta de noche"]


def bills(count: int, homes: int) -> Iterator[list[str]]:
    yield ["external_id", "customer", "month", "state", "issued_on", "due_on", "lines"]
    for n in range(count):
        home, month = divmod(n, MONTHS)
        year, of_year = 2024 + month // 12, month % 12 + 1
        yield [f"B{n}", f"C{home}", f"{year}-{of_year:02}", "issued", f"{year}-{of_year:02}-03",
               f"{year}-{of_year:02}-25", f"PC{home}=200.00"]  # fmt: skip


def usage(count: int, homes: int) -> Iterator[list[str]]:
    yield ["external_id", "product", "month", "quantity"]
    for n in range(count):
        month, home = divmod(n, homes)
        yield [f"U{n}", f"PC{home}", f"{1990 + month // 12}-{month % 12 + 1:02}", "12.5"]


def copied(kind: str, folder: Path) -> float:
    """Seconds that COPY takes for the records that the import made, into the same tables emptied."""
    tables = TABLES[kind]
    with connection.cursor() as cursor:
        for name in tables:
            with (folder / name).open("wb") as file, cursor.copy(f"COPY {name} TO STDOUT") as copy:
                for block in copy:
                    file.write(block)
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        began = time.perf_counter()
        for name in tables:
            with (folder / name).open("rb") as file, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                while block := file.read(1 << 16):
                    copy.write(block)
        seconds = time.perf_counter() - began
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    return seconds


def main(kind: str, count: int) -> None:
    bring_up_to_date()
    homes = max(1, -(-count // MONTHS)) if kind != "usage" else 30_000
    households(homes)
    rows = {"tickets": tickets, "bills": bills, "usage": usage}[kind](count, homes)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"{kind}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        began = time.perf_counter()
        tally, _rejects = actions.import_file(kind, path)
        seconds = time.perf_counter() - began
        assert tally.counts() == {"accepted": count, "updated": 0, "unchanged": 0, "rejected": 0}, tally.rejects[:3]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told = {"seconds": seconds, "memory": memory}
        if kind != "usage":
            told["copy_seconds"] = copied(kind, Path(name))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
