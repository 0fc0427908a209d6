"""Writing many new records at once: COPY on PostgreSQL, many-row inserts elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models

from arraigo.money import MoneyField

if TYPE_CHECKING:
    M = TypeVar("M", bound=models.Model)
else:
    M = TypeVar("M")


def insert(model: type[models.Model], records: Sequence[M]) -> list[M]:
    """Insert `records`, which then have their keys. Signals are not sent, as with `bulk_create`."""
    if not records:
        return []
    if connection.vendor == "postgresql":
        return _copy(model, list(records))
    manager: Any = model._default_manager
    made: list[M] = manager.bulk_create(records, batch_size=500)
    return made


def unsaved(model: type[M], rows: Sequence[Mapping[str, Any]]) -> list[M]:
    """A record of each of `rows`, attribute → value (foreign keys as `name_id`); what a row leaves out is as usual.

    The values are handed over in the order of the fields, which costs Django less than names do.
    """
    fields: list[tuple[str, Any]] = [(field.attname, field.get_default) for field in model._meta.concrete_fields]
    if unknown := set[str]().union(*rows) - {name for name, _usual in fields}:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}.")
    return [model(*[row[name] if name in row else usual() for name, usual in fields]) for row in rows]


def _copy(model: type[models.Model], records: list[M]) -> list[M]:
    fields: list[Any] = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values_of = attrgetter(*(field.attname for field in fields))
    converted = [(place, convert) for place, field in enumerate(fields) if (convert := _converter(field))]
    with connection.cursor() as cursor:
        for record, key in zip(records, _keys(cursor, model, len(records)), strict=True):
            if record.pk is None:
                record.pk = key
        with cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
            for record in records:
                row = list(values_of(record))
                for place, convert in converted:
                    row[place] = convert(row[place])
                copy.write_row(row)
    alias = connection.alias
    for record in records:
        record._state.adding = False
        record._state.db = alias
    return records


PLAIN = (models.CharField, models.TextField, models.DateTimeField, models.DateField, models.BooleanField,
         models.FloatField, models.BigIntegerField, models.ForeignKey, models.DecimalField)  # fmt: skip
"""Fields whose values the driver writes as they are."""


def _converter(field: Any) -> Callable[[Any], Any] | None:
    """How a value of `field` becomes what the driver writes; None where it is that already."""
    if field.choices:
        return lambda value: value if value is None else str(value)
    if isinstance(field, MoneyField):
        convert: Callable[[Any], Any] = field.get_prep_value
        return convert
    if isinstance(field, PLAIN):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _keys(cursor: Any, model: type[models.Model], count: int) -> list[int]:
    cursor.execute(
        # The sequence is looked up once, not for every key.
        "SELECT nextval(keys) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS keys OFFSET 0) AS found"
        " CROSS JOIN generate_series(1, %s)",
        [f'"{model._meta.db_table}"', count],
    )
    return sorted(row[0] for row in cursor.fetchall())
