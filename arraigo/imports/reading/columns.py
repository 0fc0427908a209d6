"""Reading Parquet, a slice at a time."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from arraigo.imports.errors import ColumnNested, FileBroken
from arraigo.imports.reading.raw import Numeric, RawRow, row_of

SLICE = 20_000
"""Rows in memory at a time."""


def headers(path: Path, shown: Path) -> tuple[tuple[str, ...], int]:
    """The columns of the file and its rows. Raises FileBroken, ColumnNested."""
    try:
        frame = pl.scan_parquet(path)
        schema = frame.collect_schema()
        count = int(frame.select(pl.len()).collect().item())
    except (PolarsError, OSError) as error:
        raise FileBroken(shown) from error
    for name, kind in schema.items():
        if kind.is_nested() or kind == pl.Binary:
            raise ColumnNested(shown, name)
    return tuple(schema), count


def rows(path: Path, shown: Path, names: tuple[str, ...], count: int) -> Iterator[RawRow]:
    """The rows of the file, as text."""
    try:
        frame = pl.scan_parquet(path)
        kinds = list(frame.collect_schema().items())
        numeric = [place for place, (_name, kind) in enumerate(kinds) if kind.is_float() or kind.is_decimal()]
        frame = frame.select([_as_text(name, kind) for name, kind in kinds])
        for begin in range(0, count, SLICE):
            part = frame.slice(begin, SLICE).collect()
            for number, found in enumerate(part.iter_rows(), begin + 1):
                cells = [cell or "" for cell in found]
                for place in numeric:
                    cells[place] = Numeric(cells[place])
                yield row_of(number, names, cells)
    except PolarsError as error:
        raise FileBroken(shown) from error


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime | pl.Duration):
        return column.dt.to_string("iso:strict")
    if kind == pl.Float64 or kind == pl.Float32:
        column = column.fill_nan(None)  # how pandas writes what is missing
        whole = column.is_finite() & (column == column.round(0)) & (column.abs() < 1e15)
        digits = column.cast(pl.Int64, strict=False).cast(pl.String)
        return pl.when(whole).then(digits).otherwise(column.cast(pl.String))
    return column.cast(pl.String)
