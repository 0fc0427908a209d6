"""Repeated faults over all products: now, under the policy, and over the whole history."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag

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
    """Tickets that repeat an earlier one: the one just before was opened at most the window before."""
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


def repeat_history(window_hours: int, *, until: dt.datetime | None = None) -> RepeatHistory:
    """Repeats within `window_hours` (edge included) over all tickets opened up to `until`. Two queries.

    Whether the faults were solved plays no part but in `tickets_earlier_unsolved`.
    """
    all_claims = claims() if until is None else claims().filter(opened_at__lte=until)
    repeats = all_claims.annotate(
        before=_of_the_one_before("opened_at"), before_solved=_of_the_one_before("resolved_at")
    ).filter(before__gte=F("opened_at") - dt.timedelta(hours=window_hours))
    unsolved = Q(before_solved=None) | Q(before_solved__gt=F("opened_at"))
    counts = repeats.aggregate(
        tickets=Count("pk"),
        products=Count("product", distinct=True),
        tickets_earlier_unsolved=Count("pk", filter=unsolved),
    )
    every = TroubleTicket.objects.all() if until is None else TroubleTicket.objects.filter(opened_at__lte=until)
    total = every.aggregate(total=Count("product", distinct=True))["total"]
    return RepeatHistory(products_total=total, **counts)


def _of_the_one_before(field: str) -> Window:
    """`field` of the product's previous claim."""
    return Window(Lag(field), partition_by=F("product"), order_by=[F("opened_at"), F("pk")])


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


def report(policy: Policy, as_of: dt.datetime) -> dict[str, Any]:
    """What `./run manage repeat-faults` tells, as JSON."""
    hours = policy.integer("repeat_fault.window_hours")
    return {
        "as_of": clock.local(as_of).isoformat(),
        "window_hours": hours,
        "count": policy.integer("repeat_fault.count"),
        "rule": policy.text("repeat_fault.rule"),
        "now": {"products": products_now(policy, as_of)},
        "history": asdict(repeat_history(hours, until=as_of)),
    }
