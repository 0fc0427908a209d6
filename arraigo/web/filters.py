"""What a list can be narrowed by: each filter brings its form fields and says what they leave."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo import clock

Label = str | Promise
Choices = Iterable[tuple[Any, Label]]
MOST_LETTERS = 80


@dataclass(frozen=True)
class Choice:
    """One of several values of the field `field` (`key` where it is not given)."""

    key: str
    label: Label
    choices: Choices | Callable[[], Choices]
    field: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of the address that this filter reads."""
        return (self.key,)

    def fields(self) -> dict[str, forms.Field]:
        known = self.choices() if callable(self.choices) else self.choices
        every = [("", _("%(label)s: all") % {"label": self.label}), *((str(value), label) for value, label in known)]
        return {self.key: forms.ChoiceField(label=str(self.label), choices=every, required=False)}

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        value = given.get(self.key)
        return rows.filter(**{self.field or self.key: value}) if value else rows


@dataclass(frozen=True)
class Flag:
    """A box that leaves only the rows for which `narrowed` is asked."""

    key: str
    label: Label
    narrowed: Callable[[QuerySet[Any]], QuerySet[Any]]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def fields(self) -> dict[str, forms.Field]:
        return {self.key: forms.BooleanField(label=str(self.label), required=False)}

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        return self.narrowed(rows) if given.get(self.key) else rows


class MonthField(forms.DateField):
    """A month as its first day; written with a day, as an older address may remember it, the month of that day."""

    def to_python(self, value: Any) -> dt.date | None:
        day = super().to_python(value)
        return day and day.replace(day=1)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the field shows: the month that narrows the list; what is none stays as it was typed."""
        try:
            return self.to_python(data)
        except forms.ValidationError:
            return data


@dataclass(frozen=True)
class Days:
    """From one day to another, both included (La Paz), of a moment; with `months`, of the first day of a month."""

    key: str
    label: Label
    field: str = ""
    months: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return f"{self.key}_from", f"{self.key}_until"

    def fields(self) -> dict[str, forms.Field]:
        kind, pattern, wrong = "date", "%Y-%m-%d", _("Write the day as year-month-day, for example 2026-03-10.")
        if self.months:
            kind, pattern, wrong = "month", "%Y-%m", _("Write the month as year-month, for example 2026-03.")
        field = MonthField if self.months else forms.DateField
        ends = {"from": _("%(label)s from"), "until": _("%(label)s until")}
        return {
            f"{self.key}_{end}": field(
                label=text % {"label": self.label},
                required=False,
                input_formats=[pattern, "%Y-%m-%d"],
                widget=forms.DateInput(format=pattern, attrs={"type": kind}),
                error_messages={"invalid": wrong},
            )
            for end, text in ends.items()
        }

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        first, last = given.get(f"{self.key}_from"), given.get(f"{self.key}_until")
        field, day = self.field or self.key, dt.timedelta(days=1)
        if first:
            rows = rows.filter(**{f"{field}__gte": first if self.months else clock.start_of_day(first)})
        if last and last < dt.date.max:
            rows = rows.filter(**{f"{field}__lt": last + day if self.months else clock.start_of_day(last + day)})
        return rows


@dataclass(frozen=True)
class Words:
    """Free text; `matching` says which rows fit it."""

    key: str
    label: Label
    matching: Callable[[QuerySet[Any], str], QuerySet[Any]]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def fields(self) -> dict[str, forms.Field]:
        widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        label = str(self.label)
        return {self.key: forms.CharField(label=label, required=False, max_length=MOST_LETTERS, widget=widget)}

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        text = (given.get(self.key) or "").strip()
        return self.matching(rows, text) if text else rows


@dataclass(frozen=True)
class Pick:
    """One of several narrowings, each with its value in the address and its name."""

    key: str
    label: Label
    ways: Sequence[tuple[str, Label, Callable[[QuerySet[Any]], QuerySet[Any]]]]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def fields(self) -> dict[str, forms.Field]:
        return Choice(self.key, self.label, [(value, name) for value, name, _narrowed in self.ways]).fields()

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, Any]) -> QuerySet[Any]:
        narrowed = {value: way for value, _name, way in self.ways}.get(given.get(self.key, ""))
        return narrowed(rows) if narrowed else rows


Filter = Choice | Flag | Days | Words | Pick
