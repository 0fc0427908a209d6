"""Queries that are built and turned into SQL once per process: docs/decisions/0045-compiled-queries.md.

Django builds a query anew at every call and writes its SQL anew: for a look-up by key some five hundred calls of
Python around a database that answers in a tenth of the time, and a page asks twenty of them.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Aggregate, Expression, QuerySet, Value, prefetch_related_objects
from django.db.models.query import FlatValuesListIterable, ValuesListIterable
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from arraigo import prepared

Given = ParamSpec("Given")
Row = TypeVar("Row")
Kind = TypeVar("Kind")


class Compiled(Generic[Given, Row]):
    """Asks what its function builds, and returns the rows as a list; see `compiled`."""

    def __init__(self, build: Callable[Given, QuerySet[Any, Row]]) -> None:
        self.build, self.names = build, _names(build)
        update_wrapper(self, build)

    @cached_property
    def plan(self) -> "_Plan[Row]":
        return _Plan(_planned(self.build, self.names))

    def __call__(self, *args: Given.args, **named: Given.kwargs) -> list[Row]:
        return self.plan.rows(_values(self.build, self.names, args, named))

    def of(self, *args: Given.args, **named: Given.kwargs) -> "Question":
        """What a call with these values would ask, for `at_once`."""
        return self.plan, _values(self.build, self.names, args, named)


def compiled(build: Callable[Given, QuerySet[Any, Row]]) -> Compiled[Given, Row]:
    """A function that asks what `build` builds and returns the rows as a list.

    `build` runs once, at the first call, with places instead of values: it may only hand its arguments to lookups
    (`field=value`, `field__lt=value`, keys by `each_of`). A value is a key, a record (its key is meant), a text,
    a number, a day or a moment; None finds nothing, as NULL does.
    """
    return Compiled(build)


def counted(build: Callable[Given, QuerySet[Any]]) -> Callable[Given, int]:
    """A function that asks how many rows `build` builds; `build` as for `compiled`, with a limit where it has one."""
    names, plans = _names(build), list[_Plan[Any]]()

    def ask(*args: Given.args, **named: Given.kwargs) -> int:
        if not plans:
            plan: _Plan[Any] = _Plan(_planned(build, names).values("pk"))
            plan.sql = f"SELECT COUNT(*) FROM ({plan.sql}) counted"  # noqa: S608 - SQL that Django wrote
            # How much there is to count differs too much for one plan.
            plan.is_prepared = False
            plans.append(plan)
        return int(plans[0].fetched(_values(build, names, args, named))[0][0])

    return update_wrapper(ask, build)


@contextmanager
def at_once(*questions: "Question") -> Iterator[None]:
    """Ask PostgreSQL all `questions` in one go: inside the block each finds its answer there when it is asked.

    A round trip takes longer than most of its answers. Nothing inside the block may write what is asked of. SQLite
    has no round trips: there everything is asked in its turn.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if not questions or connection.vendor != "postgresql":
        yield
        return
    before = _answers.set({**(_answers.get() or {}), **_answered(questions, connection)})
    try:
        yield
    finally:
        _answers.reset(before)


def _answered(questions: Iterable["Question"], connection: Any) -> dict[Any, list[tuple[Any, ...]]]:
    sent = []
    with connection.wrap_database_errors, prepared.live(connection).pipeline():
        for plan, values in questions:
            given, cursor = plan.given(values, connection.ops), prepared.cursor(connection)
            cursor.execute(plan.sql, given)
            sent.append((plan, given, cursor))
    return {_key(plan, given): cursor.fetchall() for plan, given, cursor in sent}


def _key(plan: "_Plan[Any]", given: Sequence[Any]) -> Any:
    return plan, repr(given)


def totals(rows: QuerySet[Any], **aggregates: Aggregate) -> QuerySet[Any, dict[str, Any]]:
    """What `rows.aggregate` would give, as the one row of a query."""
    alike: Any = rows.order_by().annotate(every=Value(1)).values("every")
    found: QuerySet[Any, dict[str, Any]] = alike.annotate(**aggregates).values(*aggregates)
    return found


def each_of(keys: Iterable[Any], kind: str = "bigint") -> Any:
    """What `field__in` takes inside a compiled query for keys or records (or texts), however many a call brings."""
    return _Keys(cast(_Place, keys).name, kind)


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

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(name)
        self.kind = kind

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "(SELECT value FROM json_each(%s))", (self,)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return f"(SELECT unnest(%s::{self.kind}[]))", (self,)

    def adapted(self, value: Any, ops: Any) -> Any:
        keys = [each.pk if isinstance(each, models.Model) else each for each in value]
        return keys if ops.connection.vendor == "postgresql" else json.dumps(keys)


def _with_constants(sql: str, params: Sequence[Any], connection: Any) -> tuple[str, list[Any]]:
    """SQL with its constants written into it, and what is left: the places of values.

    A database takes an index of a part of the rows only where it reads that this part is asked for.
    """
    rest, left = iter(params), []

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        each = next(rest)
        constant = None if isinstance(each, _Place) else _constant(each, connection)
        if constant is None:
            left.append(each)
            return found[0]
        return constant.replace("%", "%%")

    return re.sub("%[s%]", written, sql), left


def _constant(value: Any, connection: Any) -> str | None:
    """How `value` is written in SQL; None where only a parameter says it."""
    if connection.vendor == "postgresql":
        return str(connection.ops.compose_sql("%s", [value]))
    if isinstance(value, str):
        return "'" + str(value).replace("'", "''") + "'"
    return str(int(value)) if isinstance(value, int) else None


class _Plan(Generic[Row]):
    """What is kept of a query: its SQL, its parameters with the places among them, how its rows are read."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = self.compiler.as_sql()
        self.is_prepared = self.compiler.connection.vendor == "postgresql"
        self.sql, self.params = _with_constants(sql, params, self.compiler.connection)
        self.converters = self.compiler.get_converters([each[0] for each in self.compiler.select])
        self.is_plain = not self.converters
        self.compiler.connection = None  # each call brings its own thread's

    def given(self, values: dict[str, Any], ops: Any) -> list[Any]:
        """The parameters with the values of one call in their places."""
        return [each.adapted(values[each.name], ops) if isinstance(each, _Place) else each for each in self.params]

    def fetched(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """What the database answers to the values of one call, or has answered: then once."""
        connection = connections[self.queryset.db]
        given = self.given(values, connection.ops)
        known = _answers.get()
        if known and (answer := known.pop(_key(self, given), None)) is not None:
            return answer
        with prepared.cursor(connection) if self.is_prepared else connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def rows(self, values: dict[str, Any]) -> list[Row]:
        """What the database answers, as the query gives it; lists of values without a step of Django's a row."""
        kept: Any = self.queryset
        if self.is_plain and kept._iterable_class is FlatValuesListIterable:
            return [row[0] for row in self.fetched(values)]
        if self.is_plain and kept._iterable_class is ValuesListIterable:
            return cast(list[Row], self.fetched(values))
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

    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        return [self.query.plan.fetched(self.query.values_given)]

    def get_converters(self, expressions: Iterable[Any]) -> Any:
        return self.query.plan.converters


def _twin(original: Any, kind: type[Kind]) -> Kind:
    """A copy of `original`, its attributes the same ones, as a `kind`."""
    twin = object.__new__(kind)
    twin.__dict__ = original.__dict__.copy()
    return twin


Question = tuple[_Plan[Any], dict[str, Any]]
_answers: ContextVar[dict[Any, list[tuple[Any, ...]]] | None] = ContextVar("answers", default=None)
"""What was asked together and not read yet."""


def first(rows: Sequence[Row]) -> Row | None:
    """The first of the rows that a compiled query found, where it found any."""
    return rows[0] if rows else None


def prefetched(record: models.Model, name: str, rows: list[Any] | QuerySet[Any]) -> None:
    """Let `record.name.all()` give `rows`, which were read already, as after `prefetch_related`."""
    kept = record.__dict__.setdefault("_prefetched_objects_cache", {})
    kept[name] = rows
