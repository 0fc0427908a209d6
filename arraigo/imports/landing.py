"""Bringing rows into tables: by (source, external id), created or updated where something differs."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from arraigo.imports.files import RawRow, Reject
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.rows import Row

R = TypeVar("R", bound=Row)


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

    def add(self, other: "Tally") -> None:
        for name in ("accepted", "updated", "unchanged", "rejected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejects += other.rejects

    def reject(self, line: int, reasons: Iterable[tuple[str, str]]) -> None:
        """Count one row as rejected, for one or more reasons (field, sentence)."""
        self.rejected += 1
        self.rejects += [Reject(line, name, reason) for name, reason in reasons]

    @property
    def done(self) -> int:
        return self.accepted + self.updated + self.unchanged + self.rejected

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("accepted", "updated", "unchanged", "rejected")}


@dataclass(frozen=True)
class Setting:
    """What all rows of a run share."""

    mapping: ColumnMapping
    create_missing: bool

    @property
    def source(self) -> str:
        return self.mapping.source


@dataclass
class Landed:
    """The records of a batch, by external id, and what happened to each."""

    records: dict[str, Any]
    created: set[str]
    updated: set[str]


def upsert(model: type[models.Model], source: str, wanted: Mapping[str, Mapping[str, Any]]) -> Landed:
    """Create or update the records of `model` from `source`: external id → field values.

    At most three statements per 500 records. Foreign keys are given as `name_id`.
    """
    manager: Any = model._default_manager
    records: dict[str, Any] = {r.external_id: r for r in manager.filter(source=source, external_id__in=wanted)}
    changed = {key for key, record in records.items() if _differs(record, wanted[key])}
    if changed:
        _update(model, records, wanted, changed)
    missing = [key for key in wanted if key not in records]
    made = manager.bulk_create(model(source=source, external_id=key, **wanted[key]) for key in missing)
    records.update(zip(missing, made, strict=True))
    return Landed(records, set(missing), changed)


def _differs(record: Any, values: Mapping[str, Any]) -> bool:
    return any(getattr(record, name) != value for name, value in values.items())


def _update(
    model: type[models.Model],
    records: Mapping[str, Any],
    wanted: Mapping[str, Mapping[str, Any]],
    changed: set[str],
) -> None:
    names = sorted({name for key in changed for name in wanted[key]})
    for key in changed:
        for name, value in wanted[key].items():
            setattr(records[key], name, value)
    rows = [records[key] for key in sorted(changed)]
    model._default_manager.bulk_update(rows, [name.removesuffix("_id") for name in names], batch_size=200)


def tally_of(landed: Landed, *, also_changed: Iterable[str] = ()) -> Tally:
    """Count a batch; `also_changed` are records whose companions (phones, bills) changed."""
    updated = (landed.updated | set(also_changed)) - landed.created
    unchanged = len(landed.records) - len(landed.created) - len(updated)
    return Tally(accepted=len(landed.created), updated=len(updated), unchanged=unchanged)


def numbers_free(
    model: Any, source: str, parsed: Sequence[Parsed[R]], numbers: Sequence[str], tally: Tally
) -> list[Parsed[R]]:
    """The rows whose number no other record has, in the database or earlier in this batch."""
    owners = {
        number: (owner, key)
        for number, owner, key in model.objects.filter(number__in=numbers).values_list(
            "number", "source", "external_id"
        )
    }
    free = []
    for each, number in zip(parsed, numbers, strict=True):
        mine = (source, each.row.external_id)
        if owners.setdefault(number, mine) == mine:
            free.append(each)
        else:
            reason = _("number %(number)s belongs to another record already") % {"number": number}
            tally.reject(each.raw.line, [("number", reason)])
    return free


def short(text: str, length: int) -> str:
    """`text` where it fits into `length` characters, else its beginning and a digest."""
    if len(text) <= length:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{text[: length - 11]}~{digest}"
