"""Why a file cannot be brought in at all. Each docstring is the sentence's pattern."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class ImportRefused(RuleBroken):
    """Base: nothing of the file was brought in."""


class KindUnknown(ImportRefused):
    """There is nothing called {kind} to import: choose one of {kinds}."""

    def __init__(self, kind: str, kinds: Iterable[str]) -> None:
        super().__init__(
            _("There is nothing called “%(kind)s” to import: choose one of %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(kinds)}
        )


class FileMissing(ImportRefused):
    """There is no file {path}: check the name and the folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("There is no file %(path)s: check the name and the folder.") % {"path": path})


class FileEmpty(ImportRefused):
    """The file {path} is empty: its first line must hold the headers."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("The file %(path)s is empty: its first line must hold the headers.") % {"path": path})


class EncodingWrong(ImportRefused):
    """{path} is not written in {encoding}: say the right `encoding` in the mapping."""

    def __init__(self, path: Path, encoding: str, byte: int) -> None:
        super().__init__(
            _("The file %(path)s is not written in %(encoding)s (byte %(byte)d cannot be read): "
              "say the right encoding in the mapping, for example latin-1.")
            % {"path": path, "encoding": encoding, "byte": byte}
        )  # fmt: skip


class ColumnMissing(ImportRefused):
    """The file has no column {columns}: it has {found}. Use a mapping that names its headers."""

    def __init__(self, columns: Iterable[str], found: Iterable[str]) -> None:
        super().__init__(
            _("The file has no column %(columns)s; it has %(found)s. Choose a mapping (--map) that names its headers.")
            % {"columns": ", ".join(columns), "found": ", ".join(found)}
        )


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
