"""Lists that sort, filter, page, remember and export. How a desk uses them: docs/lists.md.

A desk declares a `List` once (columns, filters, the template of a row) and answers its page with
`reply`, which takes any queryset. The address carries the whole choice, so that a page works without
JavaScript, can be kept as a bookmark and sent to a colleague; htmx only replaces the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from arraigo.web import choices, exports
from arraigo.web.access import user_of
from arraigo.web.filters import Filter, Label, Words

SORT, PAGE, CLEAR, EXPORT = "sort", "page", "clear", "export"
"""Keys of the address that belong to every list, beside those of its filters."""
MOST_PAGES, MOST_DIGITS = 10_000, 6
COUNTED = 1000
"""Rows up to which a list says how many there are; beyond, it says "more than"."""

Prepare = Callable[[list[Any]], list[Any]]
Begin = Callable[[], list[Any]]
Total = Callable[[], int]
Rows = QuerySet[Any] | Callable[[], QuerySet[Any]]
"""The rows of a list, or what gives them where they are asked for."""
ROWS = 20
"""Rows of a page."""


@dataclass(frozen=True)
class Column:
    """One column. It sorts where `order` names fields, and is exported where `value` reads a row."""

    key: str
    label: Label
    order: tuple[str, ...] = ()
    """Fields that sort it, `-` before those that run the other way round."""
    value: Callable[[Any], Any] | None = None
    """What a file carries of a row: text, number, Decimal in Bs, day, moment or yes/no."""
    css: str = ""
    nullable: bool = False
    """Some rows have no value: they come last either way."""
    shown: bool = True
    """False: it stands in the files only, where the page shows it inside another column."""

    def ordering(self, descending: bool) -> list[str | OrderBy]:
        return [self._one(name, descending) for name in self.order]

    def _one(self, name: str, descending: bool) -> str | OrderBy:
        turned = name.startswith("-") != descending
        name = name.removeprefix("-")
        if self.nullable:
            return F(name).desc(nulls_last=True) if turned else F(name).asc(nulls_last=True)
        return f"-{name}" if turned else name


@dataclass(frozen=True)
class List:
    """A list as its desk declares it."""

    name: str
    label: Label
    columns: tuple[Column, ...]
    row: str
    """Template of one row; it is given `row`."""
    sort: str = ""
    """The column it begins with, `-` before it for the highest first; nothing for the queryset's own order."""
    filters: tuple[Filter, ...] = ()
    empty: Label = ""
    """What stands there where nothing is found."""
    size: int = ROWS
    remembers: bool = True
    above: str = ""
    """Template of what stands over the rows and changes with them; it is given `list`."""

    @property
    def target(self) -> str:
        """Id of the part that htmx replaces."""
        return f"list-{self.name}"

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key and column.order), None)

    def form(self, data: Mapping[str, Any]) -> forms.Form:
        """The filters as a form, bound to `data`."""
        fields = {name: made for each in self.filters for name, made in each.fields().items()}
        made = type("FilterForm", (forms.Form,), fields)
        form: forms.Form = made(data, auto_id=f"{self.name}-%s")
        return form


@dataclass(frozen=True)
class Head:
    """A column's head: its link sorts, its arrow says how it is sorted."""

    column: Column
    query: str = ""
    sorted: str = ""
    """`ascending`, `descending` or nothing: the value of aria-sort."""


@dataclass
class Shown:
    """One page of a list as its templates draw it."""

    spec: List
    form: forms.Form
    find: Callable[[], QuerySet[Any]]
    sort: str
    number: int
    prepare: Prepare = field(default=list)
    kept: Mapping[str, str] = field(default_factory=dict)
    """Keys of the address that belong to the page around the list, with their values."""
    begin: Begin | None = None
    """Gives the rows of the first page and one more, quicker than `found`, where nothing is chosen."""
    total: Total | None = None
    """How many rows there are where nothing is chosen, as far as COUNTED; quicker than counting `found`."""

    @property
    def target(self) -> str:
        return self.spec.target

    @cached_property
    def found(self) -> QuerySet[Any]:
        """All rows that the filters leave, in the order chosen."""
        return self.find()

    @cached_property
    def chosen(self) -> dict[str, str]:
        """What the person chose: the filters that are set."""
        return {name: self.form.data[name] for name in self.form.fields if self.form.data.get(name)}

    def _with(self, key: str, value: str) -> str:
        """The choice as the query of an address, with one key more."""
        query = QueryDict(mutable=True)
        sort = {SORT: self.sort} if self.sort else {}
        query.update({**self.kept, **self.chosen, **sort, key: value})
        return query.urlencode()

    @property
    def filters(self) -> str:
        """The filters that are set, as `filtered` reads them."""
        query = QueryDict(mutable=True)
        query.update(self.chosen)
        return query.urlencode()

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.spec.columns if column.shown]

    def _head(self, column: Column) -> Head:
        if not column.order:
            return Head(column)
        present = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "")
        return Head(column, self._with(SORT, f"-{column.key}" if present == "ascending" else column.key), present)

    @cached_property
    def _page(self) -> list[Any]:
        """The rows of the page, and one more where another page follows; of the first where there are none on it."""
        if self.begin and self.number == 1 and not self.clear:
            return self.begin()
        start = (self.number - 1) * self.spec.size
        rows = list(self.found[start : start + self.spec.size + 1])
        if not rows and self.number > 1:  # what stood there has left the list
            self.number = 1
            return self._page
        return rows

    @cached_property
    def rows(self) -> list[Any]:
        return self.prepare(self._page[: self.spec.size])

    @cached_property
    def count(self) -> int:
        """How many rows there are, counted up to one beyond COUNTED."""
        if self.number == 1 and len(self._page) <= self.spec.size:
            return len(self._page)
        if self.total and not self.clear:
            return self.total()
        return self.found.order_by().values("pk")[: COUNTED + 1].count()

    @property
    def beyond(self) -> bool:
        return self.count > COUNTED

    @property
    def previous(self) -> str:
        return self._with(PAGE, str(self.number - 1)) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self._with(PAGE, str(self.number + 1)) if len(self._page) > self.spec.size else ""

    @property
    def clear(self) -> str:
        """The query that forgets the choice; nothing where nothing is chosen."""
        if not self.chosen and self.sort == self.spec.sort:
            return ""
        query = QueryDict(mutable=True)
        query.update({**self.kept, CLEAR: "1"})
        return query.urlencode()

    @property
    def exports(self) -> dict[str, str]:
        """The queries of the files, by their kind; none where no column is exported."""
        if not any(column.value for column in self.spec.columns):
            return {}
        return {kind: self._with(EXPORT, kind) for kind in exports.KINDS}


def show(
    request: HttpRequest,
    spec: List,
    rows: Rows,
    *,
    prepare: Prepare = list,
    keep: Sequence[str] = (),
    begin: Begin | None = None,
    total: Total | None = None,
) -> Shown:
    """The page of the list that the address asks for, else the one that the person last chose.

    `keep` names further keys of the address that belong to the page and go with every link. Where nothing is
    chosen, `begin` gives the first page (a compiled query of `rows[: spec.size + 1]`), and `total` how many rows
    there are (a counted one of `rows[: COUNTED + 1]`).
    """
    data = _chosen(request, spec)
    form = spec.form(data)
    form.is_valid()  # a field that is not good says so and narrows nothing
    sort = _sort(spec, data)
    kept = {name: request.GET[name] for name in keep if request.GET.get(name)}
    number = _number(request.GET.get(PAGE, ""))
    return Shown(spec, form, lambda: _narrowed(rows, spec, form, sort), sort, number, prepare, kept, begin, total)


def _narrowed(rows: Rows, spec: List, form: forms.Form, sort: str) -> QuerySet[Any]:
    """The rows that the filters leave, in the order of `sort`."""
    found = rows() if callable(rows) else rows
    for each in spec.filters:
        found = each.narrow(found, form.cleaned_data)
    column = spec.column(sort.removeprefix("-"))
    if column is None:
        return found
    return found.order_by(*column.ordering(sort.startswith("-")), "-pk" if sort.startswith("-") else "pk")


def filtered(spec: List, rows: QuerySet[Any], filters: str) -> QuerySet[Any]:
    """Those of `rows` that `filters` leave, the query of an address; what is no good filter narrows nothing."""
    form = spec.form(QueryDict(filters))
    form.is_valid()
    return _narrowed(rows, spec, form, "")


def _chosen(request: HttpRequest, spec: List) -> QueryDict:
    """What the address chooses, and is remembered but for words (they would hide the other rows the next morning);
    where it chooses nothing, what was remembered."""
    given = request.GET
    if not spec.remembers:
        return given
    user = user_of(request)
    if CLEAR in given:
        choices.remember(user, spec.name, "")
        return QueryDict()
    names = {name for each in spec.filters for name in each.names} | {SORT}
    if names.isdisjoint(given):
        return QueryDict(choices.remembered(user, spec.name))
    chosen = QueryDict(mutable=True)
    for name in sorted(names & set(given)):
        if given[name]:
            chosen[name] = given[name]
    words = {each.key for each in spec.filters if isinstance(each, Words)}
    kept = {name: value for name, value in chosen.items() if name not in words}
    choices.remember(user, spec.name, urlencode(kept))
    return chosen


def _sort(spec: List, data: QueryDict) -> str:
    wanted = data.get(SORT, "") or ""
    return wanted if spec.column(wanted.removeprefix("-")) else spec.sort


def _number(text: str) -> int:
    known = text.isdecimal() and text.isascii() and len(text) <= MOST_DIGITS and 0 < int(text) < MOST_PAGES
    return int(text) if known else 1


def reply(
    request: HttpRequest,
    spec: List,
    rows: Rows,
    template: str,
    context: Mapping[str, Any],
    *,
    prepare: Prepare = list,
    keep: Sequence[str] = (),
    begin: Begin | None = None,
    total: Total | None = None,
) -> HttpResponse:
    """The page `template` with the list as `list`; for htmx its rows alone; the file where one is asked for.

    `rows` are those that the person may see; `prepare` turns a page of them into what `spec.row` draws.
    """
    shown = show(request, spec, rows, prepare=prepare, keep=keep, begin=begin, total=total)
    kind = request.GET.get(EXPORT, "")
    if kind in shown.exports:
        columns = [(str(column.label), column.value) for column in spec.columns if column.value]
        taken = exports.Taken(spec.name, str(spec.label), columns, shown.found, prepare)
        return exports.file(taken, kind, actor=user_of(request))
    template = "web/list_rows.html" if is_part(request, spec) else template
    answer = render(request, template, {**context, "list": shown})
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def is_part(request: HttpRequest, spec: List) -> bool:
    """Whether the list's rows alone are asked for, without the page around them."""
    wanted = request.headers.get("HX-Target") == spec.target
    return wanted and "HX-History-Restore-Request" not in request.headers
