"""How many products were alive when a month began: counted by a sweep, read by the evaluation."""

import datetime as dt

from django.db.models import Q

from arraigo import clock
from arraigo.insight.models import LiveBase
from arraigo.products.models import Product

MONTHS = 25
"""Months kept counted: the 24 of the chart and the one that runs."""
FRESH = dt.timedelta(days=1)
"""How long a count holds: products of past months may still come by import."""


def count_live_base() -> int:
    """Count the live products of the last months where that was not done for a day; months counted."""
    month, months = clock.today().replace(day=1), []
    for _ in range(MONTHS):
        months.append(month)
        month = clock.previous_month(month)
    fresh = LiveBase.objects.filter(month__in=months, counted_at__gt=clock.now() - FRESH, products__gt=0)
    if fresh.filter(month=months[0]).exists() or not Product.objects.exists():
        return 0
    now = clock.now()
    rows = [LiveBase(month=month, products=alive_on(month), counted_at=now) for month in months]
    LiveBase.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["month"], update_fields=["products", "counted_at"]
    )
    return len(rows)


def alive_on(day: dt.date) -> int:
    """Products alive when `day` began: started before it or at an unknown day, and not ended by then."""
    started = Q(started_on=None) | Q(started_on__lt=day)
    there = Q(ended_on__gte=day) | Q(ended_on=None) & ~Q(status=Product.Status.TERMINATED)
    return Product.objects.filter(started, there).count()


def bases(months: list[dt.date]) -> dict[dt.date, int]:
    """Month → live products when it began, of the months that are counted."""
    return dict(LiveBase.objects.filter(month__in=months).values_list("month", "products"))
