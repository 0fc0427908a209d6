"""Rows into tables by the hundred thousand: COPY on PostgreSQL, one prepared insert on SQLite.

Values go in as both databases take them alike: moments as text in UTC, amounts as centavos, JSON as
text. Keys are given out here, in the order of writing, so that the same demo has the same keys.
"""

import datetime as dt
import hashlib
import itertools
import json
import marshal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Max

from arraigo.money import MoneyField

Row = Sequence[Any]
Model = type[models.Model]
PLAIN_FORMAT = 2
"""Version of marshal that writes equal values alike, whoever else holds them."""


def stamp(moment: dt.datetime) -> str:
    """`moment` as both databases read it back: UTC, without saying so."""
    return str(moment.astimezone(dt.UTC).replace(tzinfo=None))


def centavos(amount: Decimal) -> int:
    return int(amount.scaleb(2))


class Loader:
    """Writes rows in bulk and remembers how many, and a digest over all of them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._digest = hashlib.sha256()
        self._keys: dict[Model, Iterator[int]] = {}

    @property
    def sha256(self) -> str:
        """Over every row written so far, in the order of writing."""
        return self._digest.hexdigest()

    def keys(self, model: Model) -> Iterator[int]:
        """The next keys of `model`'s table, which nobody else may be writing to."""
        if model not in self._keys:
            last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
            self._keys[model] = itertools.count(last + 1)
        return self._keys[model]

    def records(self, model: Model, found: Iterable[models.Model]) -> None:
        """Write records that are not saved yet; each without a key is given one."""
        rows, keys = [], self.keys(model)
        for record in found:
            record.pk = record.pk or next(keys)
            rows.append(row_of(model, record.__dict__))
        self.rows(model, [field.attname for field in model._meta.concrete_fields], rows)

    def rows(self, model: Model, names: Sequence[str], rows: list[Any]) -> None:
        """Write `rows`, whose values stand in the order of the attributes `names`."""
        if not rows:
            return
        table = model._meta.db_table
        self.counts[table] += len(rows)
        self._digest.update(marshal.dumps(rows, PLAIN_FORMAT))
        fields = {field.attname: str(field.column) for field in model._meta.concrete_fields}
        columns = ", ".join(f'"{fields[name]}"' for name in names)
        if connection.vendor == "postgresql":
            _copy(f'COPY "{table}" ({columns}) FROM STDIN', rows)
        else:
            places = ", ".join(["%s"] * len(names))
            insert = f'INSERT INTO "{table}" ({columns}) VALUES ({places})'  # noqa: S608 -- names of our own models
            with connection.cursor() as cursor:
                cursor.executemany(insert, rows)

    def finish(self) -> None:
        """Let the tables' own keys go on behind those given out here."""
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(_no_style(), list(self._keys)):
                cursor.execute(sql)


def _copy(sql: str, rows: list[Any]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def _no_style() -> Any:
    from django.core.management.color import no_style

    return no_style()


def row_of(model: Model, record: Mapping[str, Any]) -> tuple[Any, ...]:
    """The row of a record given by its attributes, as `Loader.rows` takes it."""
    values = ((record[name], convert) for name, convert in _converters(model))
    return tuple(convert(value) if convert and value is not None else value for value, convert in values)


@cache
def _converters(model: Model) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """Attribute and what makes a value of it, None where it goes in as it is."""
    return [(field.attname, _converter(field)) for field in model._meta.concrete_fields]


def _converter(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(field, MoneyField):
        return lambda amount: centavos(amount) if isinstance(amount, Decimal) else int(amount) * 100
    if isinstance(field, models.DateTimeField):
        return stamp
    if isinstance(field, models.DateField):
        return dt.date.isoformat
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.CharField | models.DecimalField | models.TimeField):
        return str
    if isinstance(field, models.BinaryField):
        return bytes
    return None
