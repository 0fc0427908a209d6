"""How fast a batch of work orders becomes paper: pages a second in one batch of 200 (step 6).

`./run bench documents [--json]`. Every round prints orders never printed before, since typst
remembers what it has laid out. The floor is typst alone on finished data: what is above it is ours
(reading the orders, writing the batch, QR codes, JSON).
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from arraigo.customers.models import Customer  # noqa: E402
from arraigo.documents.rendering import render  # noqa: E402
from arraigo.fieldwork import actions, documents  # noqa: E402
from arraigo.network.models import Zone  # noqa: E402
from arraigo.orders.models import WorkOrder  # noqa: E402
from arraigo.people.models import User  # noqa: E402
from tests.fieldwork.records import an_order  # noqa: E402
from tests.records import a_user  # noqa: E402

ORDERS = 200
ROUNDS = 2
ZONES = 20


def fresh_orders() -> list[WorkOrder]:
    """Orders of as many customers, each with a name, an address and a place of its own, in ZONES zones."""
    with transaction.atomic():
        Zone.objects.update(latitude=None, longitude=None)  # those of the rounds before
        orders = [an_order() for _ in range(ORDERS)]
        zones = [order.zone_id for order in orders[:ZONES]]
        for n, zone in enumerate(zones):
            Zone.objects.filter(pk=zone).update(latitude=-17.38 + n // 5 * 0.012, longitude=-66.2 + n % 5 * 0.018)
        for n, order in enumerate(orders):
            Customer.objects.filter(pk=order.customer_id).update(
                name=f"Socia {order.number}", address=f"Calle {order.pk} esquina {order.pk * 7}",
                latitude=-17.38 + n % 97 * 0.0004, longitude=-66.2 + n % 89 * 0.0008,
            )  # fmt: skip
            WorkOrder.objects.filter(pk=order.pk).update(zone=zones[n % ZONES])
    return orders


def seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def whole(supervisor: User) -> float:
    """Seconds from the chosen orders to the PDF."""
    orders = fresh_orders()
    return seconds(lambda: documents.work_orders_pdf(actions.print_batch(orders, actor=supervisor)))


def typst_alone(supervisor: User) -> float:
    """Seconds that typst takes for the same kind of batch, its data finished."""
    batch = actions.print_batch(fresh_orders(), actor=supervisor)
    given: list[Any] = []
    documents.render = lambda template, values, **options: given.append(values) or b""  # type: ignore[assignment]
    try:
        documents.work_orders_pdf(batch)
    finally:
        documents.render = render
    return seconds(lambda: render("work_orders", given[0], at=batch.printed_at))


def measure() -> dict[str, Any]:
    supervisor = a_user()
    pages = ORDERS + 1
    return {
        "name": "documents",
        "db": connection.vendor,
        "metric": f"work orders printed in one batch of {ORDERS}, each with its sketch",
        "value": round(pages / min(whole(supervisor) for _ in range(ROUNDS)), 1),
        "unit": "pages/s",
        "floor": round(pages / typst_alone(supervisor), 1),
        "peer": None,
        "peer_name": None,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench documents")
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    name = connection.creation.create_test_db(verbosity=0)
    try:
        row = measure()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    if as_json:
        print(json.dumps([row]))
    else:
        print(f"{row['metric']} ({row['db']}): {row['value']} {row['unit']}; typst alone {row['floor']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
