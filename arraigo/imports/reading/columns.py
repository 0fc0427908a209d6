"""Reading Parquet, a slice at a time.

A text that many rows share stands in the file once: what its rows come to is measured before any of it is unpacked.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as is_of

from arraigo.imports.errors import ColumnNested, FileBroken
from arraigo.imports.reading.pouring import FREE, Measure
from arraigo.imports.reading.raw import Numeric, RawRow, row_of

SLICE = 20_000
"""Rows in memory at a time."""
SHARING = "DELTA_BYTE_ARRAY"
"""The encoding in which a text holds only what the one before it has not."""


def headers(path: Path, shown: Path) -> tuple[tuple[str, ...], int]:
    """The columns of the file and its rows; every one of them is looked at, none is unpacked.

    Raises FileBroken, ColumnNested, FileTooLarge, PackedTooTightly.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema, told = file.schema_arrow, file.metadata
        packed = path.stat().st_size
        Measure(shown, packed).add(sum(told.row_group(n).total_byte_size for n in range(told.num_row_groups)))
        for field in schema:
            if is_of.is_nested(field.type) or _is_bytes(field.type):
                raise ColumnNested(shown, field.name)
        texts = Measure(shown, packed)
        for part in _slices(path):
            texts.add(_bytes_of(part))
    except (pa.ArrowException, OSError) as error:
        raise FileBroken(shown) from error
    return tuple(schema.names), told.num_rows


def rows(path: Path, shown: Path, names: tuple[str, ...]) -> Iterator[RawRow]:
    """The rows of the file, as text."""
    number = 0
    try:
        for part in _slices(path):
            step = SLICE if _bytes_of(part) < FREE else 1
            for begin in range(0, part.num_rows, step):
                columns = [_texts(column) for column in part.slice(begin, step).columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield row_of(number, names, list(cells))
    except pa.ArrowException as error:
        raise FileBroken(shown) from error


def _slices(path: Path) -> Iterator[Any]:
    """The file's rows in parts, in which a text that rows share still stands once."""
    with pq.ParquetFile(path) as file:
        shared = _shared(file.metadata)
        texts = [field.name for field in file.schema_arrow if _is_text(field.type) and field.name not in shared]
    # Such a text no reader leaves packed: as many rows at once as are sure to fit.
    step = max(1, min(SLICE, FREE // max([1, *shared.values()])))
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        yield from file.iter_batches(batch_size=step)


def _shared(told: Any) -> dict[str, int]:
    """The columns whose texts hold only what the one before has not, with the most bytes that one may have."""
    groups = [told.row_group(n) for n in range(told.num_row_groups)]
    columns = [group.column(n) for group in groups for n in range(group.num_columns)]
    shared: dict[str, int] = {}
    for column in columns:
        if any(encoding.startswith("DELTA_") for encoding in column.encodings):
            most = column.total_uncompressed_size if SHARING in column.encodings else 0
            shared[column.path_in_schema] = max(most, shared.get(column.path_in_schema, 0))
    return shared


def _is_text(kind: Any) -> bool:
    return bool(is_of.is_string(kind) or is_of.is_large_string(kind) or is_of.is_string_view(kind))


def _is_bytes(kind: Any) -> bool:
    return bool(is_of.is_binary(kind) or is_of.is_large_binary(kind) or is_of.is_fixed_size_binary(kind))


def _bytes_of(part: Any) -> int:
    """Bytes of a part, as if each row had its texts for itself; an empty cell is something to read too."""
    return sum(_length(column) + len(column) for column in part.columns)


def _length(column: Any) -> int:
    if is_of.is_dictionary(column.type) and _is_text(column.type.value_type):
        lengths = pc.binary_length(column.dictionary).take(column.indices)
        return pc.sum(lengths.cast(pa.int64())).as_py() or 0
    return int(column.nbytes)


def _texts(column: Any) -> Iterable[str]:
    """The cells of a column as text; empty where there is nothing."""
    if is_of.is_dictionary(column.type):
        column = column.dictionary_decode()
    number, text = _reading(column.type)
    column = _plain(column)
    try:
        values = column.to_pylist()
    except OverflowError:
        return [_one(scalar, text) for scalar in column]
    found = [text(value) if value is not None else "" for value in values]
    return [Numeric(each) for each in found] if number else found


def _one(scalar: Any, text: Callable[[Any], str]) -> str:
    """A cell of a column that holds a day beyond the year 9999: such a one is the number that the file has."""
    try:
        return text(scalar.as_py()) if scalar.is_valid else ""
    except OverflowError:
        return str(scalar.value)


def _plain(column: Any) -> Any:
    """The column as Python can hold it: no nanoseconds, and a missing number as pandas writes it is none."""
    kind = column.type
    if is_of.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    if is_of.is_duration(kind) and kind.unit == "ns":
        return column.cast(pa.duration("us"), safe=False)
    if is_of.is_time64(kind) and kind.unit == "ns":
        return column.cast(pa.time64("us"), safe=False)
    if is_of.is_floating(kind):
        return pc.if_else(pc.is_nan(column), None, column)
    return column


def _reading(kind: Any) -> tuple[bool, Callable[[Any], str]]:
    """Whether the values are numbers with decimals, and how one is written."""
    if is_of.is_floating(kind):
        return True, _decimal
    if is_of.is_boolean(kind):
        return False, lambda value: str(value).lower()
    if is_of.is_temporal(kind) and not is_of.is_duration(kind):
        return False, lambda value: str(value.isoformat())
    return is_of.is_decimal(kind), str


def _decimal(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
