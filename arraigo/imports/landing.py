"""Bringing rows into tables: by (source, external id), created or updated where something differs."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arraigo.imports import store
from arraigo.imports.fields import NO_ADDRESS, Row
from arraigo.imports.ledger import Ledger
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.reading.raw import RawRow, Reject

R = TypeVar("R", bound=Row)
NONE_SUCH: dict[str, Promise] = {
    "customer": gettext_lazy("there is no customer “%(value)s”"),
    "product": gettext_lazy("there is no product “%(value)s”"),
    "offering": gettext_lazy("there is no “%(value)s” in the catalogue"),
    "outage": gettext_lazy("there is no mass outage “%(value)s”"),
    "zone": gettext_lazy("there is no zone “%(value)s”"),
    "center": gettext_lazy("there is no operations centre “%(value)s”"),
    "network_point": gettext_lazy("there is no network point “%(value)s”"),
    "parent": gettext_lazy("there is no network point “%(value)s”"),
}
"""Field → why a row that names what is not there is rejected."""
CAN_BRING = gettext_lazy(
    "the file may bring it: --create-missing, create_missing = true in the mapping, or the box on the page"
)
BRINGS = ("customer", "offering", "zone", "center")
"""Fields whose record is made where the import may: it was not told so where such a row is rejected."""
HOME = "arraigo"
"""The source of what was entered here; such records may have no external id."""
EMPTY: Mapping[str, Collection[str]] = {}
Reason = tuple[str, str, str]
"""Field, value, sentence."""
Fate = Literal["accepted", "updated", "unchanged"]


@dataclass(frozen=True)
class Parsed(Generic[R]):
    """A row that is good by itself."""

    raw: RawRow
    row: R


@dataclass
class Tally:
    """What became of rows. Every row is counted once."""

    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    fates: dict[int, Fate] = field(default_factory=dict)
    """Line → what became of its row, where it was not rejected; kept for the rows of one batch."""

    def add(self, other: "Tally") -> None:
        for name in ("accepted", "updated", "unchanged", "rejected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejects += other.rejects
        self.fates |= other.fates

    def count(self, line: int, fate: Fate) -> None:
        """Count the row of `line`, again where it was counted before."""
        if was := self.fates.get(line):
            setattr(self, was, getattr(self, was) - 1)
        setattr(self, fate, getattr(self, fate) + 1)
        self.fates[line] = fate

    def reject(self, line: int, reasons: Iterable[Reason]) -> None:
        """Count one row as rejected, for one or more reasons."""
        self.rejected += 1
        self.rejects += [Reject(line, *reason) for reason in reasons]

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("accepted", "updated", "unchanged", "rejected")}


@dataclass(frozen=True)
class Setting:
    """What the rows that land together share."""

    mapping: ColumnMapping
    source: str
    create_missing: bool = False
    ledger: Ledger = field(default_factory=Ledger)


@dataclass
class Landed:
    """The records of a batch, by external id, and what happened to each."""

    records: dict[str, Any]
    created: set[str]
    updated: set[str]


def upsert(
    model: type[models.Model],
    setting: Setting,
    wanted: Mapping[str, Mapping[str, Any]],
    *,
    natural: Sequence[str] = (),
    untold: Mapping[str, Collection[str]] = EMPTY,
    held: Mapping[Any, Any] | None = None,
) -> Landed:
    """Create or update the records of `model` from the setting's source: external id → field values.

    Records entered here that have no external id are known again by the fields `natural`. What is `untold`
    (external id → fields) is for new records: one that is there keeps its own. `held` are the records of the
    source by external id where the caller has them. A handful of statements whatever the number of rows. Foreign
    keys are given as `name_id`.
    """
    manager: Any = model._default_manager
    if held is None:
        held = {r.external_id: r for r in manager.filter(source=setting.source, external_id__in=wanted)}
    records: dict[str, Any] = {key: held[key] for key in wanted if key in held}
    if natural and setting.source == HOME:
        records |= _entered_here(manager, {k: v for k, v in wanted.items() if k not in records}, natural)
    told = {key: _without(wanted[key], untold.get(key, ())) for key in records}
    if changed := _changed(records, told):
        _read_again(manager, records, changed)
        changed = _changed(records, told)
        _update(model, setting, records, told, changed)
    missing = [key for key in wanted if key not in records]
    rows = [{"source": setting.source, "external_id": key, **wanted[key]} for key in missing]
    made = store.insert(model, store.unsaved(model, rows))
    setting.ledger.made(made)
    records.update(zip(missing, made, strict=True))
    return Landed(records, set(missing), changed)


def _entered_here(manager: Any, wanted: Mapping[str, Mapping[str, Any]], natural: Sequence[str]) -> dict[str, Any]:
    keys: dict[tuple[Any, ...], list[str]] = {}
    for key, values in wanted.items():
        keys.setdefault(tuple(values[name] for name in natural), []).append(key)
    found: dict[str, Any] = {}
    for place, record in _alike(manager, natural, {each[0] for each in keys}) if keys else ():
        meant = keys.get(tuple(getattr(record, name) for name in natural), [])
        # Of several that are alike the first row means the first record.
        found |= {meant[place]: record} if place < len(meant) else {}
    return found


def _alike(manager: Any, natural: Sequence[str], first: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The records entered here whose first natural field is one of `first`, each with how many like it come before."""
    seen: Counter[tuple[Any, ...]] = Counter()
    rows = manager.filter(source=HOME, external_id=None, **{f"{natural[0]}__in": list(first)})
    for record in rows.order_by("pk"):
        key = tuple(getattr(record, name) for name in natural)
        yield seen[key], record
        seen[key] += 1


def told_apart(records: Sequence[Any], natural: Sequence[str]) -> dict[int, str]:
    """What is put behind the derived name of a record that others, entered here before it, are like: key → text."""
    here = [record for record in records if record.source == HOME and record.external_id is None]
    if not here:
        return {}
    keys = {getattr(record, natural[0]) for record in here}
    found = _alike(type(here[0])._default_manager, natural, keys)
    return {record.pk: f"/{place + 1}" for place, record in found if place}


def _without(values: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if name not in names} if names else values


def _changed(records: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {key for key, record in records.items() if _differs(record, told[key])}


def _read_again(manager: Any, records: dict[str, Any], changed: Iterable[str]) -> None:
    """Lock what is to change, as it is now: people write too, and whole columns are written together."""
    keys = {records.pop(key).pk: key for key in changed}
    for record in manager.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"):
        records[keys[record.pk]] = record


def _differs(record: Any, values: Mapping[str, Any]) -> bool:
    return any(not same(getattr(record, name), value) for name, value in values.items())


def same(here: Any, told: Any) -> bool:
    """Whether a value in the store is what a file tells; files do not keep blanks at the ends."""
    return bool(here == told or (isinstance(here, str) and isinstance(told, str) and here.strip() == told.strip()))


def _update(
    model: type[models.Model],
    setting: Setting,
    records: Mapping[str, Any],
    wanted: Mapping[str, Mapping[str, Any]],
    changed: set[str],
) -> None:
    names: set[str] = set()
    for key in changed:
        record = records[key]
        fresh = {name: value for name, value in wanted[key].items() if not same(getattr(record, name), value)}
        setting.ledger.change(record, fresh)
        names |= fresh.keys()
    rows = [records[key] for key in sorted(changed)]
    model._default_manager.bulk_update(rows, [name.removesuffix("_id") for name in sorted(names)], batch_size=200)


def tally_of(landed: Landed, batch: Iterable[Parsed[Any]], *, also_changed: Iterable[str] = ()) -> Tally:
    """Count the rows of `batch` that landed; `also_changed` are records whose companions (phones, bills) changed."""
    updated = landed.updated.union(also_changed)
    tally = Tally()
    for each in batch:
        key = each.row.external_id
        if key in landed.records:
            tally.count(each.raw.line, _fate(key in landed.created, key in updated))
    return tally


def _fate(created: bool, updated: bool) -> Fate:
    if created:
        return "accepted"
    return "updated" if updated else "unchanged"


def numbers_free(
    model: Any,
    source: str,
    parsed: Sequence[Parsed[R]],
    numbers: Sequence[str],
    tally: Tally,
    *,
    field: str = "number",
) -> list[Parsed[R]]:
    """The rows whose number no other record has, in the database or earlier in this batch."""
    held = model.objects.filter(**{f"{field}__in": numbers}).values_list(field, "source", "external_id")
    # What was entered here without an external id is known by its number: the row may mean it.
    owners = {number: (owner, key) for number, owner, key in held if not (key is None and owner == source == HOME)}
    free = []
    for each, number in zip(parsed, numbers, strict=True):
        mine = (source, each.row.external_id)
        if owners.setdefault(number, mine) == mine:
            free.append(each)
        else:
            reason = _("number %(number)s belongs to another record already") % {"number": number}
            tally.reject(each.raw.line, [(field, number, reason)])
    return free


def known(batch: Sequence[Parsed[R]], field: str, found: Mapping[str, Any], tally: Tally) -> list[Parsed[R]]:
    """The rows whose `field` names a record, or nothing; the others are rejected."""
    kept = []
    for each in batch:
        value = getattr(each.row, field)
        if not value or value in found:
            kept.append(each)
        else:
            reason = str(NONE_SUCH[field]) % {"value": value}
            tally.reject(each.raw.line, [(field, value, f"{reason}; {CAN_BRING}" if field in BRINGS else reason)])
    return kept


def given(row: Row, names: Iterable[str]) -> dict[str, Any]:
    """The values of `names` that the row has: what a file does not say stays as it is."""
    found = {name: getattr(row, name) for name in names}
    return {name: value for name, value in found.items() if value not in ("", None)}


def untold(batch: Iterable[Parsed[Any]], names: Collection[str]) -> dict[str, set[str]]:
    """Which of `names` each row leaves to what is usual, by external id: `upsert` gives them to new records only."""
    return {each.row.external_id: {*names} - each.row.model_fields_set for each in batch}


def numbered(row: Row, length: int) -> str:
    """The number of a record whose file gives it none: its external id, fit for a page's address."""
    number = row.external_id.replace("/", "-")
    return short(f"{number}-" if number in NO_ADDRESS else number, length)


def number_claim(number: str) -> str:
    """What a row claims that gives its record a number, or a code, which no other may have."""
    return f"number {number}"


def short(text: str, length: int) -> str:
    """`text` where it fits into `length` characters, else its beginning and a digest."""
    if len(text) <= length:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{text[: length - 11]}~{digest}"
