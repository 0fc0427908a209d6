"""Taking an import back, as long as nothing has touched since what it made and changed."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from arraigo import clock
from arraigo.billing.models import Bill, BillingRun
from arraigo.customers import search
from arraigo.customers.models import CreditListing, Customer, SearchToken
from arraigo.eventlog import actions as eventlog
from arraigo.eventlog.models import Event
from arraigo.imports import runs
from arraigo.imports.errors import CannotUndo, TouchedSince
from arraigo.imports.ledger import Ranges, value_of
from arraigo.imports.models import ImportBatch, ImportRun
from arraigo.people.models import User

ORDER = (
    "billing.BillLine", "tickets.TicketChange", "customers.Phone", "billing.Payment", "usage.Usage",
    "terminations.Termination", "customers.CreditListing", "tickets.TroubleTicket", "tickets.Outage", "billing.Bill",
    "products.Product", "customers.Customer", "products.Offering", "network.NetworkPoint", "network.Zone",
    "people.Unit",
)  # fmt: skip
"""What is taken away first: nothing that stays behind refers to it."""
HELD = (
    "customers.Customer", "customers.CreditListing", "terminations.Termination", "products.Product", "billing.Bill",
    "tickets.TroubleTicket",
)  # fmt: skip
"""What people change while an import is taken back, in the order in which they hold it; the rest belongs to these."""
CHUNK = 500
BILL, CREDIT, LISTING = "billing.Bill", "billing.Credit", "customers.CreditListing"
Mark = tuple[int, int]
"""Keys of the batch that had to do with a record first, and of the log's last event at that moment."""
State = ImportRun.State


def undo(run: ImportRun | int, *, actor: User | None) -> ImportRun:
    """Remove what the run made and put back what it changed. One event.

    Raises CannotUndo where it was not brought in, TouchedSince where something came after it.
    """
    key = run if isinstance(run, int) else run.pk
    try:
        with transaction.atomic():
            return _undo(key, actor)
    except IntegrityError as error:
        raise TouchedSince() from error


def _undo(key: int, actor: User | None) -> ImportRun:
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=key)
    if not run.is_undoable:
        raise CannotUndo()
    touched = _Touched(run)
    _hold(touched)
    _check_later_imports(run, touched)
    _check_events(touched)
    _check_listings(touched)
    _check_issued(run, touched)
    _check_credits(touched)
    customers: set[int] = set()
    for batch in _backwards(run):
        customers |= _take_back(batch)
    connection.check_constraints()
    search.reindex(Customer.objects.filter(pk__in=customers).values_list("pk", flat=True))
    run.state, run.undone_at, run.undone_by = State.UNDONE, clock.now(), actor
    run.save(update_fields=["state", "undone_at", "undone_by"])
    eventlog.record("import.undone", run, actor=actor, data=runs.described(run))
    return run


def _backwards(run: ImportRun) -> Iterator[ImportBatch]:
    """The batches of a run, the last one first, one in memory at a time."""
    for pk in list(run.batches.order_by("-pk").values_list("pk", flat=True)):
        yield ImportBatch.objects.get(pk=pk)


class _Touched:
    """Everything that a run made or changed, each with the batch that did so first."""

    def __init__(self, run: ImportRun) -> None:
        self.made: dict[str, list[tuple[int, int, Mark]]] = {}
        self.changed: dict[str, dict[int, Mark]] = {}
        self.first: Mark = (0, 0)
        """Of the earliest batch."""
        unmarked = _last_event_before(run)
        for batch in _backwards(run):
            self.first = mark = batch.pk, unmarked if batch.last_event is None else batch.last_event
            for label, ranges in batch.made.items():
                self.made.setdefault(label, []).extend((first, last, mark) for first, last in ranges)
            for label, records in batch.changed.items():
                self.changed.setdefault(label, {}).update(dict.fromkeys(map(int, records), mark))
        for found in self.made.values():
            found.sort()

    def since(self, label: str, key: int) -> Mark | None:
        """Since when the run has had to do with a record; None where it has not."""
        made = self.made.get(label, [])
        place = bisect_right(made, key, key=lambda each: each[0]) - 1
        if place >= 0 and key <= made[place][1]:
            return made[place][2]
        return self.changed.get(label, {}).get(key)

    @property
    def labels(self) -> set[str]:
        return {*self.made, *self.changed}


def _hold(touched: _Touched) -> None:
    """Lock what the run made and changed: whoever is at it now is done before it is checked who was."""
    if not connection.features.has_select_for_update:  # SQLite: nobody else writes
        return
    for label in HELD:
        rows: Any = apps.get_model(label)._default_manager.select_for_update(of=("self",), no_key=True)
        keys = sorted(touched.changed.get(label, ()))
        for begin in range(0, len(keys), CHUNK):
            _read_through(rows.filter(pk__in=keys[begin : begin + CHUNK]))
        for first, last, _mark in touched.made.get(label, ()):
            _read_through(rows.filter(pk__range=(first, last)))


def _read_through(rows: models.QuerySet[Any]) -> None:
    deque(rows.order_by("pk").values_list("pk").iterator(), maxlen=0)


def _last_event_before(run: ImportRun) -> int:
    """The log's last event before the end of a run of an earlier version, whose batches do not tell theirs."""
    told = Event.objects.filter(kind="file.imported", subject_type="importrun", subject_id=run.pk)
    ended: int | None = told.order_by("-pk").values_list("pk", flat=True).first()
    if ended is None:
        ended = Event.objects.filter(at__lt=run.started_at).order_by("-pk").values_list("pk", flat=True).first()
    return ended or 0


def _check_later_imports(run: ImportRun, touched: _Touched) -> None:
    later = ImportBatch.objects.filter(pk__gt=touched.first[0]).exclude(run=run)
    for batch in later.exclude(run__state=State.UNDONE).only("changed", "removed").iterator(chunk_size=20):
        told = [(label, int(key)) for label, records in batch.changed.items() for key in records]
        told += [(label, int(record["id"])) for label, records in batch.removed.items() for record in records]
        if any((mark := touched.since(label, key)) and mark[0] < batch.pk for label, key in told):
            raise TouchedSince


def _check_events(touched: _Touched) -> None:
    """Whether anybody did something with these records after the import."""
    labels = {label.partition(".")[2].lower(): label for label in touched.labels}
    later = Event.objects.filter(pk__gt=touched.first[1], subject_type__in=labels)
    for event, subject, key in later.values_list("pk", "subject_type", "subject_id").iterator():
        mark = touched.since(labels[subject], key or 0)
        if mark and mark[1] < event:
            raise TouchedSince


def _check_listings(touched: _Touched) -> None:
    """Whether a listing of the run was lifted afterwards: the log tells it of its customer."""
    if LISTING not in touched.labels:
        return
    lifted = Event.objects.filter(pk__gt=touched.first[1], kind="credit_listing.lifted")
    for event, customer, data in lifted.values_list("pk", "subject_id", "data").iterator():
        told = {"pk": data["listing"]} if "listing" in data else {"lifted_on": data["lifted_on"]}
        meant = CreditListing.objects.filter(customer=customer, **told).values_list("pk", flat=True)
        if any((mark := touched.since(LISTING, key)) and mark[1] < event for key in meant):
            raise TouchedSince


def _check_issued(run: ImportRun, touched: _Touched) -> None:
    """Whether a bill of the run was issued since with those of its month: one event tells of them all."""
    if BILL not in touched.labels:
        return
    issuing = BillingRun.objects.filter(kind=BillingRun.Kind.ISSUE, started_at__gte=run.started_at)
    issued = Bill.objects.filter(month__in=issuing.values("month")).exclude(state=Bill.State.UNBILLED)
    if any(touched.since(BILL, key) for key in issued.values_list("pk", flat=True).iterator()):
        raise TouchedSince


def _check_credits(touched: _Touched) -> None:
    """Whether the run let a credit that waited stand on a bill: the customer was promised just that, and told."""
    if CREDIT in touched.labels:
        raise TouchedSince


def _take_back(batch: ImportBatch) -> set[int]:
    """Undo one batch; the customers whose search words may have changed."""
    customers: set[int] = set()
    for label in ORDER:
        if label in batch.made:
            customers |= _remove(apps.get_model(label), batch.made[label])
        if label in batch.removed:
            model = apps.get_model(label)
            model._default_manager.bulk_create(
                model(**{name: value_of(model, name, text) for name, text in record.items()})
                for record in batch.removed[label]
            )
    for label, records in batch.changed.items():
        customers |= _put_back(apps.get_model(label), records)
    return customers


def _remove(model: type[models.Model], ranges: Ranges) -> set[int]:
    customers: set[int] = set()
    for first, last in ranges:
        rows: Any = model._default_manager.filter(pk__range=(first, last))
        if model is Customer:
            SearchToken.objects.filter(customer__gte=first, customer__lte=last).delete()
        elif model._meta.label in ("customers.Phone", "products.Product"):
            customers |= set(rows.values_list("customer_id", flat=True))
        rows._raw_delete(using=rows.db)
    return customers


def _put_back(model: type[models.Model], records: dict[str, dict[str, list[Any]]]) -> set[int]:
    keys = sorted(map(int, records))
    customers: set[int] = set()
    for begin in range(0, len(keys), CHUNK):
        held: Iterable[Any] = model._default_manager.filter(pk__in=keys[begin : begin + CHUNK])
        some = list(held)
        names: set[str] = set()
        for record in some:
            for name, (before, after) in records[str(record.pk)].items():
                if getattr(record, name) != value_of(model, name, after):
                    raise TouchedSince
                setattr(record, name, value_of(model, name, before))
                names.add(name)
        if some:
            fields = [field.name for field in model._meta.concrete_fields if field.attname in names]
            model._default_manager.bulk_update(some, fields)
        customers |= {each.pk if model is Customer else getattr(each, "customer_id", each.pk) for each in some}
    return customers if model._meta.label in ("customers.Customer", "products.Product") else set()
