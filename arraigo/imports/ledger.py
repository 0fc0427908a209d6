"""What a batch makes and changes, kept so that its run can be undone."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import models

Ranges = list[list[int]]


def text_of(value: Any) -> Any:
    """A value of a field as JSON can keep it."""
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def value_of(model: type[models.Model], attname: str, text: Any) -> Any:
    """The value that `text_of` kept."""
    field: Any = next(each for each in model._meta.concrete_fields if each.attname == attname)
    return text if text is None else field.to_python(text)


class Ledger:
    """Keys of records made, and fields changed with what they were before."""

    def __init__(self) -> None:
        self.keys: dict[str, list[int]] = {}
        self.changes: dict[str, dict[str, dict[str, list[Any]]]] = {}
        self.gone: dict[str, list[dict[str, Any]]] = {}

    @property
    def is_empty(self) -> bool:
        return not (self.keys or self.changes or self.gone)

    def made(self, records: Iterable[models.Model]) -> None:
        for label, those in groupby(records, attrgetter("_meta.label")):
            self.keys.setdefault(label, []).extend(record.pk for record in those)

    def change(self, record: models.Model, fresh: Mapping[str, Any]) -> None:
        """Give `record` the values `fresh` (attribute → value, not saved), keeping what they were."""
        fields = self.changes.setdefault(record._meta.label, {}).setdefault(str(record.pk), {})
        for name, value in fresh.items():
            before = fields[name][0] if name in fields else text_of(getattr(record, name))
            fields[name] = [before, text_of(value)]
            setattr(record, name, value)

    def removed(self, records: Iterable[models.Model]) -> None:
        """Keep `records` whole: the caller deletes them."""
        for record in records:
            names = [field.attname for field in record._meta.concrete_fields]
            kept = {name: text_of(getattr(record, name)) for name in names}
            self.gone.setdefault(record._meta.label, []).append(kept)

    def as_json(self) -> dict[str, Any]:
        return {
            "made": {label: ranges(keys) for label, keys in self.keys.items()},
            "changed": self.changes,
            "removed": self.gone,
        }

    def add(self, other: "Ledger") -> None:
        for label, keys in other.keys.items():
            self.keys.setdefault(label, []).extend(keys)
        for label, records in other.changes.items():
            mine = self.changes.setdefault(label, {})
            for key, fields in records.items():
                held = mine.setdefault(key, {})
                for name, (before, after) in fields.items():
                    held[name] = [held[name][0] if name in held else before, after]
        for label, kept in other.gone.items():
            self.gone.setdefault(label, []).extend(kept)


def ranges(keys: Iterable[int]) -> Ranges:
    """Keys as ranges [first, last], in order."""
    found: Ranges = []
    for key in sorted(keys):
        if found and key == found[-1][1] + 1:
            found[-1][1] = key
        else:
            found.append([key, key])
    return found
