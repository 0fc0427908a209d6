"""Taking an import back, as long as nothing has touched since what it made and changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from arraigo import clock
from arraigo.customers import search
from arraigo.customers.models import Customer, SearchToken
from arraigo.eventlog import actions as eventlog
from arraigo.eventlog.models import Event
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
CHUNK = 500


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
    if run.state != ImportRun.State.DONE:
        raise CannotUndo()
    touched = _Touched(run)
    _check_later_imports(run, touched)
    _check_events(run, touched)
    customers: set[int] = set()
    for batch in _backwards(run):
        customers |= _take_back(batch)
    connection.check_constraints()
    search.reindex(Customer.objects.filter(pk__in=customers).values_list("pk", flat=True))
    run.state, run.undone_at, run.undone_by = ImportRun.State.UNDONE, clock.now(), actor
    run.save(update_fields=["state", "undone_at", "undone_by"])
    told = {"kind": run.kind, "file": run.file_name, "sha256": run.sha256, **run.counts}
    eventlog.record("import.undone", run, actor=actor, data=told)
    return run


def _backwards(run: ImportRun) -> Iterator[ImportBatch]:
    """The batches of a run, the last one first, one in memory at a time."""
    for pk in list(run.batches.order_by("-pk").values_list("pk", flat=True)):
        yield ImportBatch.objects.get(pk=pk)


class _Touched:
    """The keys of everything that a run made or changed, by model."""

    def __init__(self, run: ImportRun) -> None:
        self.made: dict[str, Ranges] = {}
        self.changed: dict[str, set[int]] = {}
        for batch in _backwards(run):
            for label, ranges in batch.made.items():
                self.made.setdefault(label, []).extend(ranges)
            for label, records in batch.changed.items():
                self.changed.setdefault(label, set()).update(map(int, records))

    def holds(self, label: str, key: int) -> bool:
        if key in self.changed.get(label, ()):
            return True
        return any(first <= key <= last for first, last in self.made.get(label, ()))

    @property
    def labels(self) -> set[str]:
        return {*self.made, *self.changed}


def _check_later_imports(run: ImportRun, touched: _Touched) -> None:
    later = ImportBatch.objects.filter(run__gt=run.pk).exclude(run__state=ImportRun.State.UNDONE)
    for batch in later.only("changed", "removed").iterator(chunk_size=20):
        told = [(label, int(key)) for label, records in batch.changed.items() for key in records]
        told += [(label, int(record["id"])) for label, records in batch.removed.items() for record in records]
        if any(touched.holds(label, key) for label, key in told):
            raise TouchedSince


def _check_events(run: ImportRun, touched: _Touched) -> None:
    """Whether anybody did something with these records after the import."""
    first = Event.objects.filter(kind="file.imported", subject_type="importrun", subject_id=run.pk).latest("id")
    labels = {label.partition(".")[2].lower(): label for label in touched.labels}
    if "creditlisting" in labels:
        labels.setdefault("customer", "customers.Customer")
    later = Event.objects.filter(pk__gt=first.pk, subject_type__in=labels)
    for kind, subject, key in later.values_list("kind", "subject_type", "subject_id").iterator():
        listing = kind == "credit_listing.lifted" and "customers.CreditListing" in touched.labels
        if key and (touched.holds(labels[subject], key) or listing):
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
