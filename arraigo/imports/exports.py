"""Giving back what came in: a file of any kind, which can be brought in again and changes nothing.

Records that were entered here are named by their number, or by what makes them one of a kind (the
customer and month of a bill). Cells that a spreadsheet would compute are guarded.
"""

import csv
import datetime as dt
import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.eventlog import actions as eventlog
from arraigo.imports.errors import CellTooLong, FileUnwritable, FormatUnknown, TooManyRows
from arraigo.imports.guard import escaped, guarded
from arraigo.imports.kinds import Kind, kind_of
from arraigo.imports.models import ImportRun

FORMATS = ("csv", "xlsx", "parquet")
MANY = 1000
"""Records read at a time."""
GROUP = 50_000
"""Rows that a Parquet file holds together."""
MOST_XLSX = 1_048_575
"""Rows of a sheet below its header."""
LONGEST = 32_767
"""Characters of its cell."""


def export(kind_name: str, target: Path, format_name: str = "") -> int:
    """Write every record of a kind to `target`; how many. The name's end says the format where none is given.

    `.gz` behind it packs the file. Raises KindUnknown, FormatUnknown, TooManyRows, CellTooLong, FileUnwritable.
    """
    kind = kind_of(kind_name)
    write = _writer(format_name or _format_of(target))
    try:
        if target.exists() and not target.is_file():
            raise OSError(_("it is no file"))
        with _replacing(target) as part:
            count = write(kind, part)
    except OSError as error:
        raise FileUnwritable(target, error.strerror or str(error)) from error
    _record(kind, count, target.name)
    return count


def to_text(kind_name: str, file: IO[str]) -> int:
    """Write every record of a kind as CSV to an open text file; how many.

    Raises KindUnknown, FileUnwritable, and BrokenPipeError where nobody reads any more; what was written by then is
    recorded.
    """
    kind, count = kind_of(kind_name), 0
    try:
        for count in _written(kind, file):  # noqa: B007
            pass
        file.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileUnwritable(Path("-"), error.strerror or str(error)) from error
    finally:
        _record(kind, count, "")
    return count


def _record(kind: Kind, count: int, file_name: str) -> None:
    """Note that data left: who may look at the listings of a customer is asked for each look (step 1.1)."""
    told = {"kind": kind.name, "file": file_name, "count": count}
    # It is about no single run: nothing was brought in.
    eventlog.record("file.exported", ImportRun(kind=kind.name), actor=None, data=told)


def _format_of(target: Path) -> str:
    return target.name.removesuffix(".gz").rpartition(".")[2].lower()


def _writer(name: str) -> Callable[[Kind, Path], int]:
    writers = {"csv": _write_csv, "xlsx": _write_xlsx, "parquet": _write_parquet}
    if name not in writers:
        raise FormatUnknown(name, FORMATS)
    return writers[name]


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its place when it is whole."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
        part = Path(folder) / "part"
        yield part
        if target.name.endswith(".gz"):
            packed = Path(folder) / "packed"
            with part.open("rb") as plain, gzip.open(packed, "wb") as file:
                while chunk := plain.read(1 << 20):
                    file.write(chunk)
            part = packed
        part.replace(target)


def records(kind: Kind) -> Iterator[dict[str, Any]]:
    """Every record of the kind as a row, in the order in which they came."""
    last, more = 0, True
    while more:
        more = False
        for last, row in kind.out(last, MANY):  # noqa: B007, B020
            more = True
            yield row


def texts(kind: Kind) -> Iterator[list[str]]:
    """Every record of the kind as the cells of its columns."""
    for row in records(kind):
        yield [text_of(row.get(name)) for name in kind.fields]


def text_of(value: Any) -> str:
    """A value as a file tells it; moments as the clocks in Cochabamba show them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return clock.local(value).isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return json.dumps(value, cls=_Json, ensure_ascii=False, separators=(",", ":")) if value else ""
    return str(value).strip()


class _Json(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return text_of(o) if isinstance(o, dt.datetime | Decimal) else super().default(o)


def _write_csv(kind: Kind, path: Path) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        return write_csv(kind, file)


def write_csv(kind: Kind, file: IO[str]) -> int:
    """Write the records as CSV to an open text file; how many."""
    count = 0
    for count in _written(kind, file):  # noqa: B007
        pass
    return count


def _written(kind: Kind, file: IO[str]) -> Iterator[int]:
    """Write the records as CSV, one by one: how many there are by then."""
    writer = csv.writer(file)
    writer.writerow(kind.fields)
    for count, row in enumerate(texts(kind), 1):
        writer.writerow([guarded(text) for text in row])
        yield count


def _write_xlsx(kind: Kind, path: Path) -> int:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(kind.name)
    sheet.append(kind.fields)
    count = 0
    try:
        for count, row in enumerate(texts(kind), 1):
            if count > MOST_XLSX:
                raise TooManyRows(MOST_XLSX)
            sheet.append([_cell(sheet, name, text) for name, text in zip(kind.fields, row, strict=True)])
    finally:
        sheet.close()  # what is left open complains on standard error
    book.save(path)
    return count


def _cell(sheet: Any, name: str, text: str) -> Any:
    """A cell of text, whatever it looks like."""
    from openpyxl.cell import WriteOnlyCell

    held = escaped(guarded(text))
    if len(held) > LONGEST:
        raise CellTooLong(name, LONGEST)
    cell = WriteOnlyCell(sheet, held)
    cell.data_type = "s"
    return cell


def _write_parquet(kind: Kind, path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in kind.fields])
    count, found = 0, texts(kind)
    with pq.ParquetWriter(path, schema) as file:
        while part := [[guarded(text) or None for text in row] for row in islice(found, GROUP)]:
            file.write_table(pa.table([pa.array(column, pa.string()) for column in zip(*part, strict=True)], schema))
            count += len(part)
    return count
