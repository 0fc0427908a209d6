"""A mapping to begin with, for a file that nobody has described yet."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from arraigo.customers import phones
from arraigo.imports import mapping
from arraigo.imports.actions import check
from arraigo.imports.codes import translated
from arraigo.imports.fields import SERIAL, SERIALS, plain_number, recognised
from arraigo.imports.kinds import KINDS, Kind, kind_of
from arraigo.imports.landing import Reason
from arraigo.imports.likeness import columns, fit
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.phone_cells import parted
from arraigo.imports.reading import files
from arraigo.imports.reading.heading import RECOGNISED
from arraigo.imports.reading.raw import Layout, Numeric, RawRow

SHOWN = 10
LOOKED_AT = 2000
"""Rows that the guess looks at."""
REFUSED = "⚠ "
"""Before the reason why a row would be rejected, in the place of the field's value."""


@dataclass
class Guessed:
    """A mapping, and how it understands the first rows."""

    mapping: ColumnMapping
    headers: tuple[str, ...] = ()
    rows: list[tuple[RawRow, list[Reason], Any]] = field(default_factory=list)
    sheets: tuple[str, ...] = ()
    """Of a workbook."""

    def shown(self) -> list[dict[str, str]]:
        """The first rows as understood: our fields, or why a row would be rejected."""
        return [self._shown(raw, reasons, row) for raw, reasons, row in self.rows]

    def _shown(self, raw: RawRow, reasons: Sequence[Reason], row: Any) -> dict[str, str]:
        if row is None:
            told: dict[str, Any] = self.mapping.fields_of(raw.cells)
            told |= {name or "row": f"{REFUSED}{reason}" for name, _value, reason in reasons}
        else:
            told = row.model_dump(mode="json", exclude_unset=True)
        return {"line": str(raw.line), **{name: _short(value) for name, value in told.items()}}

    def as_toml(self) -> str:
        unused = [name for name in self.headers if name and name not in self.mapping.headers()]
        note = "".join(f"# column of the file that is not used: {name!r}\n" for name in unused)
        head = f"# {self.mapping.kind}: look the columns over, then try it with --dry-run\n"
        same = "# the source is the system that the file comes from: the same name in all of its files\n"
        return head + same + note + self.mapping.as_toml()


def _short(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def guess(path: Path, kind_name: str = "", *, sheet: str = "") -> Guessed:
    """A mapping for the file at `path`, of the kind that it looks most like where none is said.

    Of a workbook the `sheet`, or the first that holds a table. Raises ImportRefused where it cannot be read.
    """
    with files.opened(path, header=RECOGNISED, sheet=sheet) as (layout, _digest):
        first = list(islice(files.rows(layout, path), LOOKED_AT))
    mapped = best(layout, first, kind_name, path)
    return Guessed(mapped, layout.headers, understood(first[:SHOWN], mapped), layout.sheets)


def preview(path: Path, mapped: ColumnMapping) -> Guessed:
    """The first ten rows of the file as `mapped` understands them. Raises ImportRefused."""
    with files.opened(path, **mapped.layout) as (layout, _digest):
        first = list(islice(files.rows(layout, path), SHOWN))
    return Guessed(mapped, layout.headers, understood(first, mapped), layout.sheets)


def understood(rows: Sequence[RawRow], mapped: ColumnMapping) -> list[tuple[RawRow, list[Reason], Any]]:
    kind = kind_of(mapped.kind)
    return [(raw, *check(kind, raw, mapped)) for raw in rows]


def best(layout: Layout, first: Sequence[RawRow], kind_name: str, path: Path) -> ColumnMapping:
    """A ready mapping whose columns are all there, else the mapping of the kind that fits best."""
    for ready in mapping.ready_ones():
        if kind_name in ("", ready.kind) and set(ready.headers()) <= set(layout.headers):
            found = {
                "delimiter": layout.delimiter,
                "encoding": _encoding(layout),
                "header": _header(layout),
                "sheet": layout.sheet,
            }
            return ready.model_copy(update=found)
    kinds = [kind_of(kind_name)] if kind_name else list(KINDS.values())
    likely = [(kind, columns(kind, layout.headers)) for kind in kinds]
    kind, matched = max(likely, key=lambda each: fit(each[0], each[1], layout.headers, path.name))
    told = {header: [raw.cells.get(header, "") for raw in first if not raw.problem] for header in layout.headers}
    return ColumnMapping(
        kind=kind.name, delimiter=layout.delimiter, encoding=_encoding(layout), header=_header(layout),
        sheet=layout.sheet, columns=matched, values=_values(kind, matched, told),
        decimal=_decimal(told), date_format=_date_format(matched, told), area_code=_area_code(matched, told),
    )  # fmt: skip


def _header(layout: Layout) -> int:
    return layout.header if layout.format != "parquet" else 1


def _values(kind: Kind, matched: Mapping[str, str], told: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """What the file's codes most likely mean, where its own words are not ours."""
    found = {}
    for name, header in matched.items():
        allowed = [each.value for each in kind.choices(name)]
        if allowed and (codes := translated(kind.name, name, told[header], allowed)):
            found[name] = codes
    return found


def _area_code(matched: Mapping[str, str], told: Mapping[str, Sequence[str]]) -> Any:
    """Cochabamba's, where telephones have seven digits."""
    cells = told[matched["phones"]] if "phones" in matched else []
    return phones.COCHABAMBA if any(phones.is_local(each) for cell in cells for each in parted(cell)) else ""


def _encoding(layout: Layout) -> str:
    return "" if layout.encoding == "utf-8-sig" else layout.encoding


def _decimal(told: Mapping[str, Sequence[str]]) -> Any:
    """A comma, where cells show one before one or two last digits, and none shows a point before its decimals."""
    columns = ([cell for cell in cells if cell and not isinstance(cell, Numeric)] for cells in told.values())
    numbers = [cell for cells in columns if all(map(_is_number, cells)) for cell in cells]
    commas = any("," in cell and len(cell) - cell.rfind(",") <= 3 for cell in numbers)
    points = any("." in cell and not _fits_comma(cell) for cell in numbers)
    return "," if commas and not points else ""


def _fits_comma(text: str) -> bool:
    try:
        plain_number(text, ",")
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        float(plain_number(text))
    except ValueError:
        return False
    return True


def _date_format(matched: Mapping[str, str], told: Mapping[str, Sequence[str]]) -> str:
    """How dates are written, where they are not recognised by themselves."""
    for name, header in matched.items():
        cells = [cell for cell in told[header] if cell] if name.endswith(("_at", "_on", "since")) else []
        if any(SERIAL.match(cell) for cell in cells) and all(SERIAL.match(c) or _is_date(c) for c in cells):
            return SERIALS
        if cells and not _is_date(cells[0]):
            for pattern in ("%d/%m/%y", "%d-%m-%y", "%d/%m/%y %H:%M", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d"):
                if all(_fits(cell, pattern) for cell in cells[:20]):
                    return pattern
    return ""


def _is_date(text: str) -> bool:
    try:
        recognised(text)
    except ValueError:
        return False
    return True


def _fits(text: str, pattern: str) -> bool:
    try:
        dt.datetime.strptime(text, pattern)  # noqa: DTZ007
    except ValueError:
        return False
    return True
