"""Terminations of two years that no case led to, written in bulk."""

import datetime as dt
import random
from collections.abc import Iterator

from arraigo import clock
from arraigo.demo.people import World
from arraigo.demo.plan import MONTHS
from arraigo.numbering import DIGITS, numbered_many
from arraigo.terminations.models import Termination


def make_departures(world: World) -> int:
    """One termination per product that ended, and some that were withdrawn; how many."""
    rows = sorted([*_ended(world), *_withdrawn(world)], key=lambda each: (each.requested_at, each.product_id))
    if rows:
        _number(rows)
    Termination.objects.bulk_create(rows, 500)
    return len(rows)


def _number(rows: list[Termination]) -> None:
    receipts: dict[tuple[int, dt.datetime | None], str] = {}
    reserved = numbered_many(Termination, "BJ", clock.now(), len(rows))
    for row, each in zip(rows, reserved, strict=True):
        assert row.requested_at is not None
        row.pk, year = each["id"], clock.local(row.requested_at).year
        row.number = f"BJ-{year}-{row.pk:0{DIGITS}d}"
        shared = (row.customer_id, row.requested_at)
        row.receipt = receipts.setdefault(shared, f"CB-{year}-{row.pk:0{DIGITS}d}")


def _ended(world: World) -> Iterator[Termination]:
    for plan, customer in zip(world.plans, world.customers, strict=True):
        for product in world.products[customer.pk]:
            if product.ended_on is None:
                continue
            executed = clock.start_of_day(product.ended_on) + dt.timedelta(hours=15)
            requested = executed - dt.timedelta(days=random.Random(plan.index).randint(2, 9), hours=4)
            reason = plan.end_reason or "arrears"
            yield Termination(
                customer=customer, product=product, reason=reason, requested_at=requested, executed_at=executed,
                return_items=["Módem"] if product.offering.service == "internet" else [],
            )  # fmt: skip


def _withdrawn(world: World) -> Iterator[Termination]:
    """Customers who asked to leave and stayed."""
    rng = world.rng
    for plan, customer in zip(world.plans, world.customers, strict=True):
        product = world.products[customer.pk][0]
        if plan.case or product.ended_on or rng.random() > 0.012:
            continue
        requested = world.at - dt.timedelta(days=rng.uniform(10, 30 * MONTHS))
        if product.started_on and requested < clock.start_of_day(product.started_on):
            continue
        stayed = requested + dt.timedelta(days=rng.uniform(0.2, 3))
        yield Termination(
            customer=customer, product=product, reason=rng.choice(("price", "better_offer")),
            requested_at=requested, withdrawn_at=stayed,
        )  # fmt: skip
