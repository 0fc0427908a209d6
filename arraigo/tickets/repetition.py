"""Repeated faults over all products: now, under the policy, and over the whole history."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag, TruncDay
from django.db.models.lookups import GreaterThanOrEqual

from arraigo import clock
from arraigo.procedure.policy import Policy
from arraigo.tickets.models import TroubleTicket
from arraigo.tickets.queries import COUNTABLE, FaultHistory, countable_faults, fault_history

CHUNK = 2000
"""Products that are looked up at once."""


@dataclass(frozen=True)
class RepeatHistory:
    """How often a countable fault followed another one of the same product within the window."""

    tickets: int
    """Tickets that complete a repeat: the one `count` − 1 claims before was opened at most the window before."""
    products: int
    """Products with such a ticket."""
    products_total: int
    """Products with any ticket, countable or not."""
    tickets_earlier_unsolved: int
    """Repeats whose previous ticket was not solved yet when they were opened."""


def claims() -> QuerySet[TroubleTicket]:
    """Countable faults, of each outage only the first one of a product."""
    earlier = Q(opened_at__lt=OuterRef("opened_at")) | Q(opened_at=OuterRef("opened_at"), pk__lt=OuterRef("pk"))
    same = TroubleTicket.objects.filter(COUNTABLE, product=OuterRef("product"), outage=OuterRef("outage"))
    return countable_faults().filter(Q(outage=None) | ~Exists(same.filter(earlier)))


@dataclass(frozen=True)
class Asked:
    """What is asked of the history: `count` claims on one product within the window, edge included."""

    window_hours: int
    count: int = 2
    calendar_days: int | None = None
    """Where given: days between the dates in Cochabamba instead of hours between the moments."""


def repeat_history(asked: Asked, *, until: dt.datetime | None = None) -> RepeatHistory:
    """Repeats over all tickets opened up to `until`. Two queries.

    Whether the faults were solved plays no part but in `tickets_earlier_unsolved`.
    """
    every = TroubleTicket.objects.all() if until is None else TroubleTicket.objects.filter(opened_at__lte=until)
    all_claims = claims() if until is None else claims().filter(opened_at__lte=until)
    # Only what is counted goes through the sort of the window: texts and states stay behind.
    repeats = (
        all_claims.annotate(before_solved=_earlier(F("resolved_at"), 1))
        .filter(_within(asked))
        .values("product_id", "opened_at", "before_solved")
    )
    unsolved = Q(before_solved=None) | Q(before_solved__gt=F("opened_at"))
    counts = repeats.aggregate(
        tickets=Count("opened_at"),
        products=Count("product_id", distinct=True),
        tickets_earlier_unsolved=Count("opened_at", filter=unsolved),
    )
    total = every.order_by().values("product_id").distinct().count()
    return RepeatHistory(products_total=total, **counts)


def _within(asked: Asked) -> Q:
    """The claim that makes it `count` lies close enough behind the first of them."""
    if asked.calendar_days is not None:
        day = TruncDay("opened_at", tzinfo=clock.LA_PAZ)
        return Q(GreaterThanOrEqual(_earlier(day, asked.count - 1), day - dt.timedelta(days=asked.calendar_days)))
    first = F("opened_at") - dt.timedelta(hours=asked.window_hours)
    return Q(GreaterThanOrEqual(_earlier(F("opened_at"), asked.count - 1), first))


def _earlier(value: Any, claims_before: int) -> Window:
    """`value` of the product's claim so many before."""
    order = [F("opened_at"), F("pk")]
    return Window(Lag(value, claims_before), partition_by=F("product"), order_by=order)


def repeat_faults_now(policy: Policy, as_of: dt.datetime) -> Iterator[FaultHistory]:
    """The histories of all products that have a repeated fault under the policy at `as_of`."""
    hours, count = policy.integer("repeat_fault.window_hours"), policy.integer("repeat_fault.count")
    verdicts: dict[tuple[bool | int, ...], bool] = {}
    products = iter(_lively(as_of, hours).iterator(chunk_size=CHUNK))
    while chunk := list(islice(products, CHUNK)):
        found = fault_history(chunk, as_of=as_of, window_hours=hours, count=count)
        for history in found.values():
            facts = history.facts()
            key = tuple(facts.values())
            if key not in verdicts:
                verdicts[key] = bool(policy.decide("repeat_fault", facts).outputs["repeat_fault"])
            if verdicts[key]:
                yield history


def _lively(as_of: dt.datetime, window_hours: int) -> QuerySet[TroubleTicket, int]:
    """Keys of the products with a fault opened within the window before `as_of`, or open then."""
    recent = Q(opened_at__gte=as_of - dt.timedelta(hours=window_hours))
    is_open = Q(resolved_at=None) | Q(resolved_at__gt=as_of)
    lively = countable_faults().filter(recent | is_open, opened_at__lte=as_of)
    return lively.order_by("product").values_list("product_id", flat=True).distinct()


def products_now(policy: Policy, as_of: dt.datetime | None = None) -> int:
    """How many products have a repeated fault under the policy at `as_of` (now)."""
    return sum(1 for _ in repeat_faults_now(policy, as_of or clock.now()))


def report(policy: Policy, as_of: dt.datetime, given: dict[str, int] | None = None) -> dict[str, Any]:
    """What `./run manage repeat-faults` tells, as JSON.

    `given` overrides fields of `Asked` for the history only; the verdict of now is the policy's.
    """
    hours, count = policy.integer("repeat_fault.window_hours"), policy.integer("repeat_fault.count")
    asked = replace(Asked(hours, count), **(given or {}))
    return {
        "as_of": clock.local(as_of).isoformat(),
        "window_hours": hours,
        "count": count,
        "rule": policy.text("repeat_fault.rule"),
        "now": {"products": products_now(policy, as_of)},
        "history": {**asdict(repeat_history(asked, until=as_of)), **(given or {})},
    }
