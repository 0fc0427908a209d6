"""The month's turn of an installation that bills by itself: its bills are opened, and later issued.

Billing starts a run; the sweep carries it out, a batch in a transaction, so that any number of customers is done
and a process that dies leaves nothing by half. Run again, it finds only what is missing. Where the bills come by
import (`ARRAIGO_BILLS=imported`) nothing is opened or issued here.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, Count, Exists, Func, Max, Min, OuterRef, Q, QuerySet, Sum

from arraigo import clock
from arraigo.billing import credits, errors
from arraigo.billing.models import Bill, BillingCount, BillingRun, BillLine, Credit
from arraigo.customers.models import Customer
from arraigo.eventlog.actions import record
from arraigo.money import ZERO
from arraigo.people.models import User
from arraigo.products.models import Product
from arraigo.records import key_of

BATCH = 500
"""Customers, or bills, of one transaction."""
AT_ONCE = 20
"""Batches of one sweep, so that what else is due does not wait for a whole month's bills."""
FRESH = dt.timedelta(hours=1)
"""For so long a count stays as it is: what comes or goes in between waits for it, or for who asks for it."""
Kind = BillingRun.Kind
UNBILLED = Func(template=f"'{Bill.State.UNBILLED.value}'", output_field=CharField())
"""The word in the statement itself: for a parameter SQLite looks at each bill behind the index `bill_unbilled`."""


@dataclass(frozen=True)
class Month:
    """What a run would do for a month: how many bills, worth how much before credits (Bs)."""

    month: dt.date
    bills: int
    total: Decimal
    credited: Decimal = ZERO
    counted_at: dt.datetime | None = None
    """When this was counted; None: just now."""

    @property
    def over_on(self) -> dt.date:
        """The day from which its bills are issued."""
        return clock.next_month(self.month)


def charged(month: dt.date) -> QuerySet[Product]:
    """The products that `month` charges, each with its whole price: active ones, and those that ended in it.

    One that is suspended, or still to be installed, is not charged.
    """
    begun = Q(started_on=None) | Q(started_on__lt=clock.next_month(month))
    there = Q(status=Product.Status.ACTIVE) | Q(status=Product.Status.TERMINATED, ended_on__gte=month)
    return Product.objects.filter(begun, there, price__gt=0)


def _missing(month: dt.date) -> QuerySet[Product]:
    """The products that `month` charges, of customers without a bill of it."""
    billed = Bill.objects.filter(month=month, customer=OuterRef("customer"))
    return charged(month).filter(~Exists(billed))


def next_to_open() -> dt.date:
    """The month whose bills are opened next: the present one, or the earliest missed one before it.

    Missed are the months since the last that was opened here, or that has bills where none was, in which somebody
    has no bill. Where every product of a month is billed already, looking for one takes seconds.
    """
    present = clock.month_of(clock.now())
    month = min(_first_unopened(present), present)
    while month < present and not _missing(month).exists():
        month = clock.next_month(month)
    return month


def _first_unopened(present: dt.date) -> dt.date:
    """The month after the last one that was opened here to its end; where none was, the one that was begun, or the
    one after the last bills."""
    through = Q(ended_at__isnull=False, stopped_by=None)
    here = BillingRun.objects.filter(kind=Kind.OPEN, month__lte=present)
    known = here.aggregate(begun=Min("month"), through=Max("month", filter=through))
    if known["begun"] and not known["through"]:
        begun: dt.date = known["begun"]
        return begun
    last = known["through"] or Bill.objects.filter(month__lt=present).aggregate(last=Max("month"))["last"]
    return clock.next_month(last) if last else present


def to_open() -> Month | None:
    """What opening `next_to_open` would do, as it was counted last; None where it was not counted in this month."""
    since = clock.start_of_day(clock.month_of(clock.now()))
    kept = BillingCount.objects.filter(counted_at__gte=since).order_by("-counted_at").first()
    return Month(kept.month, kept.bills, kept.total, counted_at=kept.counted_at) if kept else None


def _counted(month: dt.date) -> Month:
    """Looks at every product that the month charges: seconds at hundreds of thousands of customers."""
    found = _missing(month).aggregate(bills=Count("customer", distinct=True), total=Sum("price"))
    return Month(month, found["bills"], found["total"] or ZERO)


def count() -> Month:
    """Count what opening `next_to_open` would do, and keep it for the page."""
    found = _counted(next_to_open())
    told = {"bills": found.bills, "total": found.total, "counted_at": clock.now()}
    BillingCount.objects.update_or_create(month=found.month, defaults=told)
    return found


def count_again() -> int:
    """Count again what was counted an hour ago, or not at all, unless bills are being opened; how many bills.

    Nothing where bills are imported: the page does not show it there.
    """
    if settings.BILLS == "imported":
        return 0
    kept = to_open()
    fresh = kept and kept.counted_at and kept.counted_at > clock.now() - FRESH
    opening = BillingRun.objects.filter(kind=Kind.OPEN, ended_at=None)
    return 0 if fresh or opening.exists() else count().bills


def to_issue() -> list[Month]:
    """The months, up to the present one, of which bills are not issued yet; the earliest first."""
    unbilled = Bill.objects.filter(state=UNBILLED, month__lte=clock.month_of(clock.now()))
    rows = unbilled.order_by("month").values_list("month").annotate(Count("id"), Sum("total"), Sum("credited"))
    return [Month(*row) for row in rows]


def runs() -> list[BillingRun]:
    """The latest runs, the one under way first."""
    return list(BillingRun.objects.select_related("by", "stopped_by").order_by("-started_at", "-id")[:12])


@transaction.atomic
def open_bills(month: dt.date, *, actor: User) -> BillingRun:
    """Begin to open the bills of `month`. Raises BillsAreImported, RunUnderWay, NothingToBill, NotNextMonth."""
    # Who is leaving the month out holds its count: what that person decided is read afterwards.
    BillingCount.objects.select_for_update().filter(month=month).first()
    if (expected := next_to_open()) != month:
        raise errors.NotNextMonth(month, expected)
    return _start(BillingRun(kind=Kind.OPEN, month=month), _missing(month).exists(), actor)


@transaction.atomic
def leave_out(month: dt.date, *, actor: User) -> BillingRun:
    """Note that what is missing of a past `month` is not opened here: it was billed elsewhere. One event.

    Raises BillsAreImported, RunUnderWay, NotNextMonth; of the present month, NotOver.
    """
    if month == clock.month_of(clock.now()):
        raise errors.NotOver(month)
    run = open_bills(month, actor=actor)
    run.ended_at = run.started_at
    run.save(update_fields=["ended_at"])
    BillingCount.objects.filter(month=month).delete()
    record("bills.left_out", run, actor=actor, data={"month": month.isoformat()})
    return run


@transaction.atomic
def issue_bills(month: dt.date, *, issued_on: dt.date, due_on: dt.date, actor: User) -> BillingRun:
    """Begin to issue the open bills of a `month` that is over.

    Raises BillsAreImported, RunUnderWay, NothingToBill; of the present month, StillRunning.
    """
    if month >= clock.month_of(clock.now()):
        raise errors.StillRunning(month, clock.next_month(month))
    unbilled = Bill.objects.filter(state=Bill.State.UNBILLED, month=month).exists()
    return _start(BillingRun(kind=Kind.ISSUE, month=month, issued_on=issued_on, due_on=due_on), unbilled, actor)


def _start(run: BillingRun, has_bills: bool, actor: User) -> BillingRun:
    if settings.BILLS == "imported":
        raise errors.BillsAreImported
    if not has_bills:
        raise errors.NothingToBill(run.month)
    run.started_at, run.by = clock.now(), actor
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:  # one of a kind at a time
        raise errors.RunUnderWay from error
    return run


@transaction.atomic
def stop(run: BillingRun | int, *, actor: User) -> BillingRun:
    """End a run under way: what it has opened or issued stays. One event. Raises RunOver.

    For one that fails at the same batch each time; begun again, it does only what is missing.
    """
    key = key_of(run)
    under_way = BillingRun.objects.select_for_update(of=("self",)).filter(pk=key, ended_at=None).first()
    if under_way is None:
        raise errors.RunOver
    under_way.ended_at, under_way.stopped_by = clock.now(), actor
    under_way.save(update_fields=["ended_at", "stopped_by"])
    record("bills.stopped", under_way, actor=actor, data={"kind": under_way.kind, **_told(under_way)})
    return under_way


def _told(run: BillingRun) -> dict[str, Any]:
    return {"month": run.month.isoformat(), "bills": run.bills, "total": str(run.total)}


# --- the sweep ---------------------------------------------------------------------------------


def go_on() -> int:
    """Carry on the runs under way; how many bills. Safe on several nodes at once."""
    return sum(islice(iter(_next_batch, None), AT_ONCE))


@transaction.atomic
def _next_batch() -> int | None:
    """One batch of a run, in a transaction of its own; None where nothing is to be done."""
    skip = connection.features.has_select_for_update_skip_locked
    under_way = BillingRun.objects.select_for_update(of=("self",), skip_locked=skip).select_related("by")
    run = under_way.filter(ended_at=None).order_by("id").first()
    if run is None:
        return None
    made = _open_some(run) if run.kind == Kind.OPEN else _issue_some(run)
    if made is None:
        run.ended_at = clock.now()
        record(f"bills.{'opened' if run.kind == Kind.OPEN else 'issued'}", run, actor=run.by, data=_told(run))
        if run.kind == Kind.OPEN:
            BillingCount.objects.filter(month=run.month).delete()  # counted anew by the next sweep
    else:
        run.bills += len(made)
        run.total += sum((bill.total for bill in made), ZERO)
        if run.kind == Kind.OPEN:
            _count_down(made)
    run.save()
    return len(made or ())


def _count_down(made: Sequence[Bill]) -> None:
    """What was opened is no longer to be opened; where more came than was counted, nothing is left of it."""
    total = sum((bill.total for bill in made), ZERO)
    kept = BillingCount.objects.select_for_update().filter(month=made[0].month).first()
    if kept:
        kept.bills, kept.total = max(kept.bills - len(made), 0), max(kept.total - total, ZERO)
        kept.save(update_fields=["bills", "total"])


def _open_some(run: BillingRun) -> list[Bill] | None:
    """Open the bills of the next customers; None where no customer is left."""
    billed = Bill.objects.filter(month=run.month, customer=OuterRef("pk"))
    owing = Customer.objects.filter(Exists(charged(run.month).filter(customer=OuterRef("pk"))), ~Exists(billed))
    customers = list(owing.filter(pk__gt=run.reached).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not customers:
        return None
    run.reached = customers[-1]
    products = charged(run.month).filter(customer__in=customers).select_related("offering").order_by("customer", "pk")
    return _opened(run.month, products)


def _opened(month: dt.date, products: Iterable[Product]) -> list[Bill]:
    by_customer: dict[int, list[Product]] = {}
    for product in products:
        by_customer.setdefault(product.customer_id, []).append(product)
    bills = Bill.objects.bulk_create(
        Bill(customer_id=customer, month=month, total=sum((each.price for each in owned), ZERO))
        for customer, owned in by_customer.items()
    )
    BillLine.objects.bulk_create(
        BillLine(bill=bill, product=each, description=each.offering.name, amount=each.price)
        for bill in bills
        for each in by_customer[bill.customer_id]
    )
    _take_credits(bills)
    return bills


def _take_credits(bills: Sequence[Bill]) -> None:
    """Credits that wait for a bill go on these."""
    owners = [bill.customer_id for bill in bills]
    waiting = set(Credit.objects.filter(customer__in=owners, bill=None).values_list("customer_id", flat=True))
    for bill in bills:
        if bill.customer_id in waiting:
            credits.attach_waiting(bill)


def _issue_some(run: BillingRun) -> list[Bill] | None:
    """Issue the next bills of the month; None where none is left."""
    unbilled = Bill.objects.filter(month=run.month, state=Bill.State.UNBILLED, pk__gt=run.reached)
    bills = list(unbilled.select_for_update().order_by("pk")[:BATCH])
    if not bills:
        return None
    run.reached = bills[-1].pk
    for bill in bills:
        bill.state, bill.issued_on, bill.due_on = Bill.State.ISSUED, run.issued_on, run.due_on
        credits.settle(bill)
    Bill.objects.bulk_update(bills, ["state", "issued_on", "due_on"])
    return bills
