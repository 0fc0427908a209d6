"""What was used of each product in the last months, written in bulk."""

import datetime as dt

from arraigo import clock
from arraigo.demo.people import Block, World
from arraigo.products.models import Product, Service
from arraigo.usage.models import Usage

READINGS = 2
"""Whole months before the present one of which there are readings."""
ROW = ("id", "source", "product_id", "month", "unit", "quantity")
MEASURED = {Service.INTERNET: (Usage.Unit.GIGABYTES, 90, 420), Service.TELEPHONE: (Usage.Unit.MINUTES, 15, 380)}
"""Unit, least and most of a month."""


def make_usage(world: World, block: Block) -> None:
    """Write the readings of the block's products that are measured and were there in the whole month."""
    keys, months = world.loader.keys(Usage), _months(world.today)
    rows = [
        (next(keys), "arraigo", product.pk, month.isoformat(), *_reading(product, month))
        for products in block.products.values()
        for product in products
        if product.offering.service in MEASURED
        for month in months
        if _was_there(product, month)
    ]
    world.loader.rows(Usage, ROW, rows)


def _months(today: dt.date) -> list[dt.date]:
    month, found = today.replace(day=1), []
    for _ in range(READINGS):
        month = clock.previous_month(month)
        found.append(month)
    return found[::-1]


def _was_there(product: Product, month: dt.date) -> bool:
    begun = product.started_on is not None and product.started_on <= month
    return begun and (product.ended_on is None or product.ended_on >= clock.next_month(month))


def _reading(product: Product, month: dt.date) -> tuple[str, str]:
    """Unit and quantity, by the product's own habit and a little more or less each month.

    Drawn from its key: the world's draws are those of everything else.
    """
    unit, least, most = MEASURED[Service(product.offering.service)]
    habit, swing = product.pk * 7919 % 1000, product.pk * 31 * month.month % 200 - 100
    thousandths = (1000 * least + (most - least) * habit) * (1000 + swing) // 1000
    return unit.value, f"{thousandths // 1000}.{thousandths % 1000:03}"
