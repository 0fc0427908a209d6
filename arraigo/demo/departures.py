"""Terminations of two years that no case led to, written in bulk."""

import datetime as dt
from collections.abc import Iterator

from arraigo import clock
from arraigo.demo.bulk import Loader
from arraigo.demo.people import Block, World
from arraigo.demo.plan import MONTHS
from arraigo.numbering import DIGITS
from arraigo.terminations.models import Termination


def make_departures(world: World, block: Block) -> None:
    """One termination per product of the block that ended, and some that were withdrawn."""
    ended, withdrawn = _ended(block), _withdrawn(world, block)
    rows = sorted([*ended, *withdrawn], key=lambda each: (each.requested_at, each.product_id))
    _number(rows, world.loader)
    world.loader.records(Termination, rows)


def _number(rows: list[Termination], loader: Loader) -> None:
    receipts: dict[tuple[int, dt.datetime | None], str] = {}
    keys = loader.keys(Termination)
    for row in rows:
        assert row.requested_at is not None
        row.pk, year = next(keys), clock.local(row.requested_at).year
        row.number = f"BJ-{year}-{row.pk:0{DIGITS}d}"
        shared = (row.customer_id, row.requested_at)
        row.receipt = receipts.setdefault(shared, f"CB-{year}-{row.pk:0{DIGITS}d}")


def _ended(block: Block) -> Iterator[Termination]:
    for plan, customer in block.pairs:
        for product in block.products[customer.pk]:
            if product.ended_on is None:
                continue
            executed = clock.start_of_day(product.ended_on) + dt.timedelta(hours=15)
            requested = executed - dt.timedelta(days=plan.chance("request").randint(2, 9), hours=4)
            reason = plan.end_reason or "arrears"
            yield Termination(
                customer=customer, product=product, reason=reason, requested_at=requested, executed_at=executed,
                return_items=["Módem"] if product.offering.service == "internet" else [],
            )  # fmt: skip


def _withdrawn(world: World, block: Block) -> Iterator[Termination]:
    """Customers who asked to leave and stayed."""
    for plan, customer in block.pairs:
        product, rng = block.products[customer.pk][0], plan.chance("stays")
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
