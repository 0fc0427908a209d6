"""Why a file cannot be brought in at all. Each docstring is the sentence's pattern."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken

LONG_NAME, MANY_NAMES = 60, 60
"""Signs of the name of a column, and such names, that a sentence holds."""


class ImportRefused(RuleBroken):
    """Base: nothing of the file was brought in."""


class KindUnknown(ImportRefused):
    """There is no kind of records {kind}: choose one of {kinds}."""

    def __init__(self, kind: str, kinds: Iterable[str]) -> None:
        super().__init__(
            _("There is no kind of records “%(kind)s”: choose one of %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(kinds)}
        )


class FileMissing(ImportRefused):
    """There is no file {path}: check the name and the folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("There is no file %(path)s: check the name and the folder.") % {"path": path})


class FileEmpty(ImportRefused):
    """The file {path} is empty: its first line must hold the headers."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("The file %(path)s is empty: its first line must hold the headers.") % {"path": path.name})


class HeadersMissing(ImportRefused):
    """{path} has nothing on line {line}, where its headers should stand."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(
            _("The file %(path)s has nothing on line %(line)d, where its headers should stand: say the right line.")
            % {"path": path.name, "line": line}
        )


class HeadersUnreadable(ImportRefused):
    """The headers on line {line} of {path} cannot be read: {problem}."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(
            _("The headers on line %(line)d of the file %(path)s cannot be read: %(problem)s.")
            % {"line": line, "path": path.name, "problem": problem}
        )


class EncodingWrong(ImportRefused):
    """{path} is not written in {encoding}: save it again as UTF-8, or say its `encoding` in the mapping."""

    def __init__(self, path: Path, encoding: str, byte: int, beyond_ascii: bool = False) -> None:
        self.byte = byte
        self.beyond_ascii = beyond_ascii
        """Whether something beyond ASCII could be read before."""
        super().__init__(
            _("The file %(path)s is not written in %(encoding)s (byte %(byte)d cannot be read): "
              "save it again as UTF-8, or say its encoding in the mapping, for example latin-1.")
            % {"path": path.name, "encoding": encoding, "byte": byte}
        )  # fmt: skip


class ColumnMissing(ImportRefused):
    """The file has no column {columns}: it has {found}. Say in the mapping which of these is meant."""

    def __init__(self, columns: Iterable[str], found: Iterable[str]) -> None:
        super().__init__(
            _("The file has no column %(columns)s; it has %(found)s. Say in the mapping which of these is meant.")
            % {"columns": ", ".join(columns), "found": _listed(found)}
        )


def _listed(names: Iterable[str]) -> str:
    """The names of columns, cut to what a person reads."""
    told = [name if len(name) <= LONG_NAME else f"{name[:LONG_NAME]}…" for name in names]
    return ", ".join(told if len(told) <= MANY_NAMES else [*told[:MANY_NAMES], "…"])


class TooManyColumns(ImportRefused):
    """{path} has {count} columns, more than any table of ours."""

    def __init__(self, path: Path, count: int, most: int) -> None:
        super().__init__(
            _("The file %(path)s has %(count)d columns, more than the %(most)d that are taken: "
              "is it a table of records?")
            % {"path": path.name, "count": count, "most": most}
        )  # fmt: skip


class MappingUnknown(ImportRefused):
    """There is no mapping {name}: give a file or one of {names}."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(
            _("There is no mapping “%(name)s”: give the path of a TOML file or one of %(names)s.")
            % {"name": name, "names": ", ".join(names)}
        )


class MappingInvalid(ImportRefused):
    """The mapping {path} cannot be used: {problem}."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            _("The mapping %(path)s cannot be used: %(problem)s.") % {"path": path, "problem": problem.rstrip(".")}
        )


class MappingOtherKind(ImportRefused):
    """The mapping {name} is for {its_kind}, not for {kind}."""

    def __init__(self, name: str, its_kind: str, kind: str) -> None:
        super().__init__(
            _("The mapping “%(name)s” is for %(its_kind)s, not for %(kind)s.")
            % {"name": name, "its_kind": its_kind, "kind": kind}
        )


class FileUnreadable(ImportRefused):
    """The file {path} cannot be read or copied: {reason}."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            _("The file %(path)s cannot be read or copied: %(reason)s.") % {"path": path.name, "reason": reason}
        )


class FileUnwritable(ImportRefused):
    """The file {path} cannot be written: {reason}."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(_("The file %(path)s cannot be written: %(reason)s.") % {"path": path, "reason": reason})


class FileNotText(ImportRefused):
    """{path} is no table: give a CSV, XLSX or Parquet file, or one of them packed with gzip."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("The file %(path)s is no table that can be read: save it as CSV, XLSX or Parquet (gzip may pack it).")
            % {"path": path.name}
        )


class FileBroken(ImportRefused):
    """{path} is damaged, protected or cut off: save or send it again."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("The file %(path)s is damaged, protected by a password or cut off: save it again, or have it sent again.")
            % {"path": path.name}
        )


class FileChanged(ImportRefused):
    """{path} was being written while it was read: wait until it is whole."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("The file %(path)s changed while it was being read: wait until it is finished and start again. "
              "Nothing was brought in.")
            % {"path": path.name}
        )  # fmt: skip


class FileTooLarge(ImportRefused):
    """{path} holds more than {most} bytes unpacked."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(
            _("The file %(path)s holds more than %(most)d MB when it is unpacked: split it, or raise the limit "
              "(ARRAIGO_IMPORT_MOST_MB).")
            % {"path": path.name, "most": most >> 20}
        )  # fmt: skip


class SheetTooLarge(ImportRefused):
    """A part of the spreadsheet {path} would take more than {most} bytes of memory."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(
            _("The spreadsheet %(path)s holds a row, a cell or a part of more than %(most)d MB, as no honest table "
              "does, so it is not read: save the rows as CSV or Parquet.")
            % {"path": path.name, "most": most >> 20}
        )  # fmt: skip


class PackedTooTightly(ImportRefused):
    """{path} unpacks to hundreds of times its size, as no table does."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("The file %(path)s unpacks to hundreds of times its size, as no honest table does: it is not read.")
            % {"path": path.name}
        )


class SheetUnknown(ImportRefused):
    """{path} has no sheet {name}; it has {names}."""

    def __init__(self, path: Path, name: str, names: Iterable[str]) -> None:
        super().__init__(
            _("The file %(path)s has no sheet “%(name)s”; it has %(names)s.")
            % {"path": path.name, "name": name, "names": ", ".join(names)}
        )


class ColumnNested(ImportRefused):
    """The column {column} of {path} holds lists or bytes: give one value a cell."""

    def __init__(self, path: Path, column: str) -> None:
        super().__init__(
            _("The column “%(column)s” of %(path)s holds lists or bytes: give one value a cell.")
            % {"column": column, "path": path.name}
        )


class ColumnTwice(ImportRefused):
    """The file has {columns} more than once."""

    def __init__(self, columns: Iterable[str]) -> None:
        super().__init__(
            _("The file has more than one column %(columns)s: rename or remove one of them.")
            % {"columns": ", ".join(columns)}
        )


class FormatUnknown(ImportRefused):
    """There is no format {name}: choose one of {names}."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(
            _("There is no format “%(name)s”: choose one of %(names)s (--format).")
            % {"name": name, "names": ", ".join(names)}
        )


class TooManyRows(ImportRefused):
    """A sheet holds at most {most} rows: take CSV or Parquet."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("A spreadsheet holds at most %(most)d rows: choose CSV or Parquet for this one.") % {"most": most}
        )


class CellTooLong(ImportRefused):
    """A cell of a sheet holds at most {most} characters: take CSV or Parquet."""

    def __init__(self, column: str, most: int) -> None:
        super().__init__(
            _("A cell of a spreadsheet holds at most %(most)d characters, and one of the column %(column)s has more: "
              "choose CSV or Parquet for this one.") % {"most": most, "column": column}
        )  # fmt: skip


class CannotUndo(ImportRefused):
    """Only an import that was brought in can be undone."""

    def __init__(self) -> None:
        super().__init__(_("Only an import that was brought in, and not undone yet, can be undone."))


class TouchedSince(ImportRefused):
    """Something was done since with what this import brought: it stays."""

    def __init__(self) -> None:
        super().__init__(
            _("Something was done since with what this import brought in (a case, a payment, a later import …): "
              "it can no longer be undone. Nothing was changed.")
        )  # fmt: skip


class AtWork(ImportRefused):
    """This import is being worked on: wait until it is finished."""

    def __init__(self) -> None:
        super().__init__(_("This import is being worked on, or is finished: nothing can be changed on it now."))
