"""The policy of a version: how much, each value with its source step and reason."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from arraigo.engine.decisions import Decision, Decisions
from arraigo.money import bs

MISSING = object()


@dataclass(frozen=True)
class Entry:
    """One value of `policy.toml`."""

    path: str
    value: Any
    step: str
    """The step or paragraph of the document it comes from."""
    reason: str
    supposed: bool
    """The document does not give it."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of the document, word for word."""

    number: str
    """The step or paragraph it stands under: "5.3"."""
    text: str


@lru_cache(maxsize=32)
def entries(text: str) -> tuple[Entry, ...]:
    """The values of a `policy.toml`, in the file's order: read only. Amounts are `Decimal`."""
    return tuple(_entries(tomllib.loads(text, parse_float=Decimal), ()))


def _entries(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Entry]:
    if "value" in table and "reason" in table:
        yield Entry(
            ".".join(path),
            table["value"],
            str(table.get("step", "")),
            table["reason"],
            bool(table.get("supposed")),
        )
        return
    for name, inner in table.items():
        if isinstance(inner, Mapping):
            yield from _entries(inner, (*path, name))


def unreasoned(text: str) -> Iterator[str]:
    """The paths in a `policy.toml` that have a value and no reason: they are no values of the policy."""
    tables: list[tuple[str, Any]] = list(tomllib.loads(text).items())
    for path, table in tables:
        if isinstance(table, dict) and "reason" not in table:
            if "value" in table:
                yield path
            tables.extend((f"{path}.{name}", inner) for name, inner in table.items() if name != "value")


def members(values: Mapping[str, Any], group: str) -> Mapping[str, Any]:
    """The values of a group by name; none where the group is missing, or is no group."""
    found = values.get(group)
    return found if isinstance(found, Mapping) else {}


def plain(text: str) -> dict[str, Any]:
    """The values alone, nested by path, amounts as numbers: what decisions and expressions see."""
    values: dict[str, Any] = {}
    for entry in entries(text):
        *groups, name = entry.path.split(".")
        table = values
        for group in groups:
            table = table.setdefault(group, {})
        table[name] = _number(entry.value)
    return values


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _number(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_number(inner) for inner in value]
    return value


@dataclass(frozen=True)
class Policy:
    """The values and tables of one version, ready to be asked."""

    label: str
    """Code and number of the version: `OPE-ASE-FID-P01 v1`."""
    content: str
    """`policy.toml` as published."""
    decisions: Decisions
    sentences: Mapping[str, str] = field(default_factory=dict)
    """What the document says, by its own numbering."""

    @property
    def number(self) -> str:
        """The number of the version, for where its code is known."""
        return self.label.rpartition(" v")[2]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return entries(self.content)

    @cached_property
    def _values(self) -> dict[str, Any]:
        """Nested values with exact amounts."""
        values: dict[str, Any] = {}
        for entry in self.entries:
            *groups, name = entry.path.split(".")
            table = values
            for group in groups:
                table = table.setdefault(group, {})
            table[name] = entry.value
        return values

    def value(self, path: str, default: Any = MISSING) -> Any:
        """The value, or the table of values, at `path`; KeyError naming it where there is none."""
        found: Any = self._values
        for name in path.split("."):
            if not isinstance(found, Mapping) or name not in found:
                if default is not MISSING:
                    return default
                raise KeyError(f"{self.label} has no policy value {path!r}.")
            found = found[name]
        return found

    def integer(self, path: str, default: Any = MISSING) -> int:
        return int(self.value(path, default))

    def money(self, path: str) -> Decimal:
        """The amount at `path`, in Bs."""
        return bs(self.value(path))

    def text(self, path: str) -> str:
        return str(self.value(path))

    def says(self, *sources: str) -> list["Sentence"]:
        """The document's own sentences at `sources`, as `document.toml` names them; none where it has none."""
        return [
            Sentence(source.partition(":")[0], self.sentences[source]) for source in sources if source in self.sentences
        ]

    def decide(self, name: str, facts: Mapping[str, Any]) -> Decision:
        """Ask the version's decision table `name`; the answer says which rule fired and why."""
        return self.decisions.evaluate(name, facts)
