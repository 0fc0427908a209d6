"""Queries that are built and turned into SQL once per process: docs/decisions/0045-compiled-queries.md.

Django builds a query anew at every call and writes its SQL anew: for a look-up by key some five hundred calls of
Python around a database that answers in a tenth of the time, and a page asks twenty of them.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.db import connections, models
from django.db.models import Aggregate, Expression, QuerySet, Value, prefetch_related_objects
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

Given = ParamSpec("Given")
Row = TypeVar("Row")
Kind = TypeVar("Kind")


def compiled(build: Callable[Given, QuerySet[Any, Row]]) -> Callable[Given, list[Row]]:
    """A function that asks what `build` builds and returns the rows as a list.

    `build` runs once, at the first call, with places instead of values: it may only hand its arguments to lookups
    (`field=value`, `field__lt=value`, keys by `each_of`). A value is a key, a record (its key is meant), a text,
    a number, a day or a moment; None finds nothing, as NULL does.
    """
    plans: list[_Plan[Row]] = []
    names = _names(build)

    def ask(*args: Given.args, **named: Given.kwargs) -> list[Row]:
        if not plans:
            plans.append(_Plan(_planned(build, names)))
        return plans[0].rows(_values(build, names, args, named))

    return update_wrapper(ask, build)


def counted(build: Callable[Given, QuerySet[Any]]) -> Callable[Given, int]:
    """A function that asks how many rows `build` builds; `build` as for `compiled`, with a limit where it has one."""
    plans: list[tuple[_Plan[Any], str]] = []
    names = _names(build)

    def ask(*args: Given.args, **named: Given.kwargs) -> int:
        if not plans:
            plan: _Plan[Any] = _Plan(_planned(build, names).values("pk"))
            plans.append((plan, f"SELECT COUNT(*) FROM ({plan.sql}) counted"))  # noqa: S608 - SQL that Django wrote
        plan, sql = plans[0]
        connection = connections[plan.queryset.db]
        with connection.cursor() as cursor:
            cursor.execute(sql, plan.given(_values(build, names, args, named), connection.ops))
            return int(cursor.fetchone()[0])

    return update_wrapper(ask, build)


def totals(rows: QuerySet[Any], **aggregates: Aggregate) -> QuerySet[Any, dict[str, Any]]:
    """What `rows.aggregate` would give, as the one row of a query."""
    alike: Any = rows.order_by().annotate(every=Value(1)).values("every")
    found: QuerySet[Any, dict[str, Any]] = alike.annotate(**aggregates).values(*aggregates)
    return found


def each_of(keys: Iterable[Any]) -> Any:
    """What `field__in` takes inside a compiled query for keys or records, however many a call brings."""
    return _Keys(cast(_Place, keys).name)


def _names(build: Callable[..., Any]) -> tuple[str, ...]:
    code = build.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _planned(build: Callable[..., Any], names: Sequence[str]) -> Any:
    """What `build` builds with places instead of values."""
    return build(**{name: _Place(name) for name in names})


def _values(
    build: Callable[..., Any], names: Sequence[str], args: Sequence[Any], named: dict[str, Any]
) -> dict[str, Any]:
    if len(args) > len(names):
        raise TypeError(f"{build.__name__} takes {len(names)} values, not {len(args)}.")
    return {**dict(zip(names, args, strict=False)), **named}


class _Place(Expression):
    """Where the value of the argument `name` goes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def adapted(self, value: Any, ops: Any) -> Any:
        if isinstance(value, models.Model):
            return value.pk
        if isinstance(value, Decimal):
            raise TypeError("An amount is kept in centavos: compare it in an ordinary query.")
        if isinstance(value, dt.datetime):
            return ops.adapt_datetimefield_value(value)
        return ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


class _Keys(_Place):
    """Where any number of keys goes: as an array on PostgreSQL, as JSON on SQLite."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "(SELECT value FROM json_each(%s))", (self,)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "(SELECT unnest(%s::bigint[]))", (self,)

    def adapted(self, value: Any, ops: Any) -> Any:
        keys = [each.pk if isinstance(each, models.Model) else each for each in value]
        return keys if ops.connection.vendor == "postgresql" else json.dumps(keys)


class _Plan(Generic[Row]):
    """What is kept of a query: its SQL, its parameters with the places among them, how its rows are read."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(using=queryset.db)
        self.sql, self.params = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([each[0] for each in self.compiler.select])
        self.compiler.connection = None  # each call brings its own thread's

    def given(self, values: dict[str, Any], ops: Any) -> tuple[Any, ...]:
        """The parameters with the values of one call in their places."""
        return tuple(each.adapted(values[each.name], ops) if isinstance(each, _Place) else each for each in self.params)

    def rows(self, values: dict[str, Any]) -> list[Row]:
        kept: Any = self.queryset
        asked: Any = QuerySet(model=kept.model, query=_query(self, values), using=kept.db)
        asked._fields = kept._fields
        found: list[Row] = list(kept._iterable_class(asked))
        if kept._prefetch_related_lookups:
            prefetch_related_objects(cast(Any, found), *kept._prefetch_related_lookups)
        return found


class _Asked(Query):
    """A query whose SQL is known, with the values of one call."""

    plan: _Plan[Any]
    values_given: dict[str, Any]

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> SQLCompiler:
        compiler = _twin(self.plan.compiler, _Compiler)
        compiler.query, compiler.connection = self, connections[using]
        return compiler


def _query(plan: _Plan[Any], values: dict[str, Any]) -> _Asked:
    query = _twin(plan.queryset.query, _Asked)
    query.plan, query.values_given = plan, values
    return query


class _Compiler(SQLCompiler):
    """A compiler that has compiled already."""

    query: _Asked

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        plan = self.query.plan
        return plan.sql, plan.given(self.query.values_given, self.connection.ops)

    def get_converters(self, expressions: Iterable[Any]) -> Any:
        return self.query.plan.converters


def _twin(original: Any, kind: type[Kind]) -> Kind:
    """A copy of `original`, its attributes the same ones, as a `kind`."""
    twin = object.__new__(kind)
    twin.__dict__ = original.__dict__.copy()
    return twin


def first(rows: Sequence[Row]) -> Row | None:
    """The first of the rows that a compiled query found, where it found any."""
    return rows[0] if rows else None


def prefetched(record: models.Model, name: str, rows: list[Any]) -> None:
    """Let `record.name.all()` give `rows`, which were read already, as after `prefetch_related`."""
    kept = record.__dict__.setdefault("_prefetched_objects_cache", {})
    kept[name] = rows
