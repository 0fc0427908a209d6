"""Free courtesies: granted, started, ended and withdrawn (step 14)."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from arraigo import clock
from arraigo.bss import actions as outbox
from arraigo.eventlog.actions import record
from arraigo.people.models import User
from arraigo.products.errors import (
    CourtesyGranted,
    CourtesyOver,
    CourtesyRunning,
    CourtesyWithoutSpan,
    ProductGone,
)
from arraigo.products.models import Courtesy, Product
from arraigo.products.queries import RUNNING
from arraigo.products.signals import courtesies_started, courtesies_withdrawn
from arraigo.records import key_of

BATCH = 50
"""Courtesies that one transaction of a sweep takes."""
Status = Courtesy.Status


@transaction.atomic(savepoint=False)
def grant_courtesy(
    product: Product,
    *,
    kind: str,
    details: dict[str, Any],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    cost: Decimal,
    case_number: str,
    actor: User | None,
) -> Courtesy:
    """Grant a courtesy worth `cost` Bs; it starts (now, where its time has come) and ends by itself.

    Raises ProductGone, CourtesyRunning, CourtesyGranted, CourtesyWithoutSpan.
    """
    _check(product, case_number, starts_at, ends_at)
    now = clock.now()
    courtesy = Courtesy.objects.create(
        product=product,
        kind=kind,
        details=details,
        case_number=case_number,
        status=Status.ACTIVE if starts_at <= now else Status.SCHEDULED,
        cost=cost,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    told = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "cost": str(cost), **details}
    _record("granted", courtesy, actor, told)
    if courtesy.status == Status.ACTIVE:
        outbox.send_all([_command("activate", courtesy)])
        courtesies_started.send(Courtesy, courtesies=[courtesy])
    return courtesy


def _check(product: Product, case_number: str, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    held = Product.objects.select_for_update(no_key=True).get(pk=key_of(product))
    if not held.is_alive:
        raise ProductGone(held.number)
    if ends_at <= starts_at:
        raise CourtesyWithoutSpan
    in_the_way = Q(product=held, status__in=RUNNING)
    if case_number:
        in_the_way |= Q(case_number=case_number) & ~Q(status=Status.WITHDRAWN)
    found = list(Courtesy.objects.filter(in_the_way))
    for courtesy in found:
        if courtesy.product_id == held.pk and courtesy.status in RUNNING:
            raise CourtesyRunning(held.number, f"{courtesy.last_day:%d/%m/%Y}")
    if found:
        raise CourtesyGranted(case_number)


@transaction.atomic(savepoint=False)
def withdraw_courtesy(courtesy: Courtesy, *, actor: User | None, reason: str) -> Courtesy:
    """Take a courtesy back before its end. Raises CourtesyOver."""
    held = list(_held(Courtesy.objects.filter(pk=courtesy.pk, status__in=RUNNING)))
    if not held:
        raise CourtesyOver(courtesy.product.number)
    _finish(held, Status.WITHDRAWN, clock.now(), actor, {"reason": reason})
    return held[0]


@transaction.atomic(savepoint=False)
def withdraw_all(product_ids: Iterable[int], *, actor: User | None, reason: str) -> int:
    """Take back whatever courtesy runs or waits on the products; how many."""
    held = list(_held(Courtesy.objects.filter(product__in=list(product_ids), status__in=RUNNING)))
    _finish(held, Status.WITHDRAWN, clock.now(), actor, {"reason": reason})
    return len(held)


@transaction.atomic(savepoint=False)
def withdraw_scheduled(case_number: str, *, actor: User | None) -> int:
    """Take back what was granted in the case and has not started: it never will; how many."""
    held = list(_held(Courtesy.objects.filter(case_number=case_number, status=Status.SCHEDULED)))
    _finish(held, Status.WITHDRAWN, clock.now(), actor)
    return len(held)


# --- the sweeps --------------------------------------------------------------------------------


def start_due_courtesies(now: dt.datetime) -> int:
    """Start the courtesies whose time has come at `now`; how many. Safe on several nodes at once."""
    return sum(iter(lambda: _start_some(now), 0))


def end_due_courtesies(now: dt.datetime) -> int:
    """End the courtesies that are over at `now`; how many. Safe on several nodes at once."""
    return sum(iter(lambda: _end_some(now), 0))


@transaction.atomic
def _start_some(now: dt.datetime) -> int:
    due = list(_held(Courtesy.objects.filter(status=Status.SCHEDULED, starts_at__lte=now), skip=True))
    for courtesy in due:
        courtesy.status = Status.ACTIVE
        _record("started", courtesy, None)
    Courtesy.objects.bulk_update(due, ["status"])
    outbox.send_all(_command("activate", courtesy) for courtesy in due)
    courtesies_started.send(Courtesy, courtesies=due)
    return len(due)


@transaction.atomic
def _end_some(now: dt.datetime) -> int:
    due = list(_held(Courtesy.objects.filter(status=Status.ACTIVE, ends_at__lte=now), skip=True))
    _finish(due, Status.ENDED, now, None)
    return len(due)


def _held(rows: QuerySet[Courtesy], *, skip: bool = False) -> QuerySet[Courtesy]:
    """Some of the rows, locked for this transaction, in the order of their keys."""
    skip = skip and connection.features.has_select_for_update_skip_locked
    locked = rows.select_for_update(skip_locked=skip, of=("self",)).select_related("product")
    return locked.order_by("id")[:BATCH]


def _finish(
    held: list[Courtesy],
    status: Courtesy.Status,
    now: dt.datetime,
    actor: User | None,
    told: dict[str, Any] | None = None,
) -> None:
    """End the held courtesies; the commercial system is told of those whose start it has, or may have."""
    started = [courtesy for courtesy in held if courtesy.status == Status.ACTIVE]
    for courtesy in held:
        courtesy.status, courtesy.ended_at = status, now
        _record(status.value, courtesy, actor, told)
    Courtesy.objects.bulk_update(held, ["status", "ended_at"])
    known = outbox.call_off(_key("activate", courtesy) for courtesy in started) if started else set()
    outbox.send_all(_command("withdraw", each) for each in started if _key("activate", each) in known)
    if status == Status.WITHDRAWN:
        courtesies_withdrawn.send(Courtesy, courtesies=held)


def _record(verb: str, courtesy: Courtesy, actor: User | None, told: dict[str, Any] | None = None) -> None:
    data = {"kind": courtesy.kind, "product": courtesy.product.number, **(told or {})}
    record(f"courtesy.{verb}", courtesy, actor=actor, case_number=courtesy.case_number, data=data)


def _command(verb: str, courtesy: Courtesy) -> outbox.Order:
    payload = {
        "product": courtesy.product.number,
        "kind": courtesy.kind,
        "details": courtesy.details,
        "starts_at": courtesy.starts_at.isoformat(),
        "ends_at": courtesy.ends_at.isoformat(),
    }
    return outbox.Order(f"courtesy.{verb}", payload, courtesy.case_number, _key(verb, courtesy))


def _key(verb: str, courtesy: Courtesy) -> str:
    return f"courtesy.{verb}:{courtesy.pk}"
