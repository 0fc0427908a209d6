"""How the columns of somebody else's file become our fields: a small TOML file.

    kind = "tickets"                # customers, products or tickets
    source = "crm"                  # names the system the file comes from; external ids are unique in it
    delimiter = ";"
    encoding = "latin-1"
    date_format = "%d/%m/%Y %H:%M"  # empty: ISO 8601
    [columns]
    opened_at = "FECHA APERTURA"    # our field = the file's header
    [values.status]
    "Cerrado" = "closed"            # the file's code = ours
    [constants]
    type = "fault"                  # fields that the file does not have

A mapping of customers may also say which products each row brings (`[[products]]`), from which
column their monthly charge is taken and which rows have left; see `mappings/ibm-telco.toml`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from arraigo.imports.errors import MappingInvalid, MappingOtherKind, MappingUnknown
from arraigo.products.models import Service, Technology

READY = Path(__file__).parent / "mappings"
KINDS = ("customers", "products", "tickets")


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

    kind: Literal["customers", "products", "tickets"]
    source: str = Field(default="file", min_length=1, max_length=40)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    date_format: str = ""
    """As strptime; empty: ISO 8601."""
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
            "".encode(encoding)
        except LookupError as error:
            raise ValueError(f"there is no encoding {encoding!r}") from error
        return "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding

    def headers(self) -> list[str]:
        """The headers that the file must have."""
        extra = [self.monthly_charge] if self.monthly_charge else []
        conditions = [*self.terminated_when, *(header for each in self.products for header in each.when)]
        return list(dict.fromkeys([*self.columns.values(), *extra, *conditions]))

    def fields_of(self, row: Mapping[str, str]) -> dict[str, str]:
        """Our fields of a row, translated; empty ones are left out."""
        found = {field: row.get(header, "").strip() for field, header in self.columns.items()}
        translated = {field: self.values.get(field, {}).get(text, text) for field, text in found.items()}
        return {field: text for field, text in {**self.constants, **translated}.items() if text}

    def brought_by(self, row: Mapping[str, str]) -> list[Brought]:
        """The products that the row brings."""
        return [each for each in self.products if matches(row, each.when)]

    def is_terminated(self, row: Mapping[str, str]) -> bool:
        return bool(self.terminated_when) and matches(row, self.terminated_when)


def matches(row: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(row.get(header, "").strip() == value for header, value in wanted.items())


def ready() -> list[str]:
    """Names of the mappings that come with Arraigo."""
    return sorted(path.stem for path in READY.glob("*.toml"))


def load(name: str, kind: str) -> ColumnMapping:
    """The mapping called `name`, or in the file `name`; our own column names where it is empty.

    Raises MappingUnknown, MappingInvalid, MappingOtherKind.
    """
    path = _path(name or kind)
    try:
        mapping = ColumnMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingInvalid(path, str(error)) from error
    except ValidationError as error:
        raise MappingInvalid(path, _sentence(error)) from error
    if mapping.kind != kind:
        raise MappingOtherKind(name, mapping.kind, kind)
    return mapping


def _path(name: str) -> Path:
    if name in ready():
        return READY / f"{name}.toml"
    path = Path(name)
    if not path.is_file():
        raise MappingUnknown(name, ready())
    return path


def _sentence(error: ValidationError) -> str:
    return "; ".join(f"{dotted(each['loc'])}: {each['msg']}" for each in error.errors())


def dotted(place: Iterable[int | str]) -> str:
    return ".".join(map(str, place))
