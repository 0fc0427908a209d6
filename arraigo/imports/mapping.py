"""How the columns of somebody else's file become our fields: a small TOML file.

    kind = "tickets"                # one of the kinds of arraigo/imports/kinds
    source = "crm"                  # names the system the file comes from; external ids are unique in it
    header = 4                      # the line of the headers, where titles stand above them
    delimiter = ";"                 # these four are recognised where they are not said
    encoding = "latin-1"
    decimal = ","
    date_format = "%d/%m/%Y %H:%M"
    area_code = "4"                 # of telephones with seven digits: 4 is Cochabamba's
    create_missing = true           # as --create-missing does
    [columns]
    opened_at = "FECHA APERTURA"    # our field = the file's header
    [values.status]
    "Cerrado" = "closed"            # the file's code = ours
    [constants]
    type = "fault"                  # fields that the file does not have

A mapping of customers may also say which products each row brings (`[[products]]`), from which
column their monthly charge is taken and which rows have left; see `mappings/ibm-telco.toml`.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from arraigo.imports.errors import MappingInvalid, MappingOtherKind, MappingUnknown
from arraigo.imports.guard import unguarded
from arraigo.imports.reading.raw import Numeric
from arraigo.imports.reasons import reason_of
from arraigo.products.models import Service, Technology

READY = Path(__file__).parent / "mappings"
KindName = Literal[
    "zones", "network_points", "offerings", "customers", "products", "outages", "tickets", "bills", "payments",
    "credit_listings", "usage", "terminations",
]  # fmt: skip
"""In the order in which they can be brought into an empty database."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Brought(Strict):
    """A product that a customer's row brings along."""

    suffix: str
    """Its external id is the customer's, a stroke and this."""
    code: str
    name: str
    service: Service
    technology: Technology
    weight: Decimal = Field(gt=0)
    """List price in Bs: the row's monthly charge is apportioned by it."""
    when: dict[str, str]
    """Header → value that the row must have."""


class ColumnMapping(Strict):
    """One mapping file."""

    kind: KindName
    source: str = Field(default="file", min_length=1, max_length=40)
    delimiter: str = Field(default="", max_length=1)
    """Empty: recognised from the header, as are the next three from what the cells hold."""
    encoding: str = ""
    decimal: Literal["", ",", "."] = ""
    date_format: str = ""
    """As strptime, or `excel` for a spreadsheet's numbers of days; empty: ISO 8601, or day first."""
    area_code: Literal["", "2", "3", "4"] = ""
    """Of landlines written with seven digits; empty: such a number is rejected."""
    header: int = Field(default=1, ge=1, le=100)
    """Line on which the headers stand; what is above it is not read."""
    sheet: str = ""
    """Name of the sheet of a spreadsheet; empty: the first one."""
    create_missing: bool = False
    """Whether its files bring customers, products, zones and operations centres that are not there yet."""
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    monthly_charge: str = ""
    """Header of what the customer pays a month for all of `products`, in Bs."""
    terminated_when: dict[str, str] = {}
    """Header → value of the rows whose products have ended."""
    products: list[Brought] = []

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            "".encode(encoding or "utf-8")
        except LookupError as error:
            raise ValueError(_("there is no encoding “%(encoding)s”") % {"encoding": encoding}) from error
        return "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding

    @property
    def is_own(self) -> bool:
        """Whether the file's headers are our own field names."""
        return all(field == header for field, header in self.columns.items())

    @property
    def layout(self) -> dict[str, Any]:
        """What the mapping says of how the file is read."""
        return {name: getattr(self, name) for name in ("encoding", "delimiter", "sheet", "header")}

    def headers(self) -> list[str]:
        """The headers that the mapping names."""
        extra = [self.monthly_charge] if self.monthly_charge else []
        conditions = [*self.terminated_when, *(header for each in self.products for header in each.when)]
        return list(dict.fromkeys([*self.columns.values(), *extra, *conditions]))

    def fields_of(self, row: Mapping[str, str]) -> dict[str, str]:
        """Our fields of a row, translated; empty ones are left out."""
        found = dict(self.constants)
        for field, header in self.columns.items():
            cell = row.get(header, "")
            if text := cell if isinstance(cell, Numeric) else cell.strip():
                if text[0] == "'":
                    text = unguarded(text)
                found[field] = self.values[field].get(text, text) if field in self.values else text
        return found

    def brought_by(self, row: Mapping[str, str]) -> list[Brought]:
        """The products that the row brings."""
        return [each for each in self.products if matches(row, each.when)]

    def is_terminated(self, row: Mapping[str, str]) -> bool:
        return bool(self.terminated_when) and matches(row, self.terminated_when)

    def as_toml(self) -> str:
        """The mapping as its file; what is left to be recognised is not written."""
        told = self.model_dump(mode="json", exclude_defaults=True) | {"source": self.source}
        names = [name for name in ("columns", "values", "constants", "terminated_when") if name in told]
        tables = {name: told.pop(name) for name in names}
        products = told.pop("products", [])
        lines = [f"{name} = {_plain(value)}" for name, value in told.items()]
        for name, table in tables.items():
            nested = name == "values"
            parts = [(f"values.{key}", each) for key, each in table.items()] if nested else [(name, table)]
            for title, entries in parts:
                lines += ["", f"[{title}]", *(f"{_key(key)} = {_quoted(value)}" for key, value in entries.items())]
        for each in products:
            lines += ["", "[[products]]", *(f"{key} = {_quoted(value)}" for key, value in each.items())]
        return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else _quoted(name)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, int) else _quoted(value)


def _quoted(value: Any) -> str:
    """A text, or a table on one line, as TOML: its strings are written as JSON's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_quoted(key)} = {_quoted(each)}" for key, each in value.items()) + " }"
    return json.dumps(str(value), ensure_ascii=False)


def matches(row: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(row.get(header, "").strip() == value for header, value in wanted.items())


def ready() -> list[str]:
    """Names of the mappings that come with Arraigo."""
    return sorted(path.stem for path in READY.glob("*.toml"))


def ready_ones() -> Iterator[ColumnMapping]:
    """The mappings that come with Arraigo."""
    for name in ready():
        yield ColumnMapping.model_validate(tomllib.loads(_path(name).read_text(encoding="utf-8")))


def load(name: str, kind: KindName, fields: Sequence[str]) -> ColumnMapping:
    """The mapping called `name`, or in the file `name`; our own `fields` as headers where it is empty.

    Raises MappingUnknown, MappingInvalid, MappingOtherKind.
    """
    if not name:
        return ColumnMapping(kind=kind, columns={field: field for field in fields})
    try:
        path = _path(name)
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingInvalid(path, str(error)) from error
    except OSError as error:
        raise MappingInvalid(Path(name), error.strerror or str(error)) from error
    return checked(found, path, kind, fields)


def checked(told: Mapping[str, Any], path: Path, kind: str, fields: Sequence[str]) -> ColumnMapping:
    """A mapping as told by a file or a page. Raises MappingInvalid, MappingOtherKind."""
    try:
        mapping = ColumnMapping.model_validate(told)
    except ValidationError as error:
        raise MappingInvalid(path, _sentence(error)) from error
    if mapping.kind != kind:
        raise MappingOtherKind(path.stem, mapping.kind, kind)
    unknown = sorted({*mapping.columns, *mapping.constants, *mapping.values} - set(fields))
    if unknown:
        told = {"names": ", ".join(unknown), "kind": kind, "fields": ", ".join(fields)}
        raise MappingInvalid(path, _("%(names)s: no field of %(kind)s (%(fields)s)") % told)
    return mapping


def _path(name: str) -> Path:
    if name in ready():
        return READY / f"{name}.toml"
    path = Path(name)
    if not path.is_file():
        raise MappingUnknown(name, ready())
    return path


def _sentence(error: ValidationError) -> str:
    return "; ".join(f"{dotted(each['loc'])}: {reason_of(each)}" for each in error.errors(include_url=False))


def dotted(place: Iterable[int | str]) -> str:
    return ".".join(map(str, place))
