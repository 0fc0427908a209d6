"""A backup: one tar file with the database, the checkpoints of the log, rejected rows of imports, and a manifest.

The manifest is JSON: `format`, `version`, `database` (sqlite or postgresql), `made_at`, `migrations`,
`counts` (table → rows), `log` (count and head), `sha256` (member → digest).
"""

import contextlib
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from arraigo import clock
from arraigo.eventlog.verify import Proof, verify
from arraigo.imports.models import ImportRun
from arraigo.imports.names import rejects_place
from arraigo.storage import snapshot
from arraigo.storage.errors import (
    FileTaken,
    FromNewer,
    NoBackup,
    NoFile,
    NotEmpty,
    NothingThere,
    NotTheSame,
    OtherDatabase,
)
from arraigo.storage.inventory import Inventory, has_tables, is_empty, known_migrations, migrations
from arraigo.storage.private import FILE, close_to_others

FORMAT = 1
MANIFEST, DATABASE, CHECKPOINTS, REJECTS = "manifest.json", "database", "checkpoints.jsonl", "rejects"
REJECTS_BYTES = 256 << 20
"""Of the files of rejected rows so much at most: those of the latest imports, each whole or not at all."""


@dataclass(frozen=True)
class Restored:
    """What came back."""

    made_at: str
    rows: int
    proof: Proof


def backup(file: Path) -> dict[str, Any]:
    """Write a backup of the whole database, which stays in use, to `file`; its manifest.

    Raises FileTaken, NothingThere, ToolMissing, ToolFailed. `file` is there whole or not at all, and its owner's only.
    """
    if file.exists():
        raise FileTaken(file)
    if not has_tables():
        raise NothingThere(connection.settings_dict["NAME"])
    file.parent.mkdir(parents=True, exist_ok=True)
    # The database's copy lies beside the file: there is room for one where there is for the other.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as name:
        folder = Path(name)
        # Before the database: a checkpoint that it does not know yet would accuse an honest log.
        checkpoints = _copy_of_checkpoints(folder)
        found = snapshot.take(folder / DATABASE)
        members = [folder / DATABASE, checkpoints, *_copies_of_rejects(folder)]
        manifest = _manifest(found, {str(path.relative_to(folder)): path for path in members})
        whole = folder / "whole.tar"
        with tarfile.open(whole, "w") as archive:
            text = json.dumps(manifest, indent=1).encode()
            told = tarfile.TarInfo(MANIFEST)
            told.size = len(text)
            archive.addfile(told, io.BytesIO(text))
            for path in members:
                archive.add(path, str(path.relative_to(folder)))
        whole.chmod(FILE)
        whole.replace(file)
    return manifest


def _copy_of_checkpoints(folder: Path) -> Path:
    copy = folder / CHECKPOINTS
    copy.write_bytes(settings.CHECKPOINT_FILE.read_bytes() if settings.CHECKPOINT_FILE.exists() else b"")
    return copy


def _copies_of_rejects(folder: Path) -> list[Path]:
    """The rejected rows of the imports of the history, from the latest on, as many as fit into REJECTS_BYTES."""
    (folder / REJECTS).mkdir()
    left, copies = REJECTS_BYTES, []
    ended = ImportRun.objects.exclude(rejects_file="").exclude(state__in=ImportRun.AT_WORK).order_by("-pk")
    for name in ended.values_list("rejects_file", flat=True).iterator():
        path = rejects_place(name)
        size = path.stat().st_size if path.is_file() else left + 1
        if size <= left:
            left -= size
            copies.append(Path(shutil.copy(path, folder / REJECTS)))
    return copies


def _manifest(found: Inventory, files: dict[str, Path]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": _version(),
        "database": connection.vendor,
        "made_at": clock.now().isoformat(),
        "migrations": migrations(),
        "counts": found.counts,
        "log": {"count": found.log_count, "head": found.log_head},
        "sha256": {name: _digest(path) for name, path in files.items()},
    }


def _version() -> str:
    import tomllib

    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(file: Path) -> Restored:
    """Make this installation's empty database what the backup `file` holds, and prove it.

    Raises NoFile, NoBackup, OtherDatabase, FromNewer, NotEmpty, NotTheSame, ToolMissing, ToolFailed.
    """
    with _opened(file) as (folder, manifest):
        if manifest["database"] != connection.vendor:
            raise OtherDatabase(manifest["database"], connection.vendor)
        if unknown := sorted(set(manifest["migrations"]) - known_migrations()):
            raise FromNewer(unknown)
        if not is_empty():
            raise NotEmpty
        snapshot.put_back(folder / DATABASE)
        _put_back_checkpoints(folder / CHECKPOINTS)
        _put_back_rejects(folder / REJECTS)
    close_to_others()
    sent = Inventory(manifest["counts"], manifest["log"]["count"], manifest["log"]["head"])
    _compare(sent)
    call_command("migrate", verbosity=0, interactive=False)
    return Restored(manifest["made_at"], sum(sent.counts.values()), verify())


def _compare(sent: Inventory) -> None:
    """Hold what arrived against the manifest; a table that this version no longer has is not counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        counts = {}
        for table in sorted(set(there) & set(sent.counts)):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 -- tables that are there
            counts[table] = cursor.fetchone()[0]
        cursor.execute("SELECT count, head FROM eventlog_seal WHERE id = 1")
        arrived = Inventory(counts, *(cursor.fetchone() or (0, "0" * 64)))
    if found := list(sent.differences(arrived)):
        raise NotTheSame(", ".join(found[:5]))


def _put_back_checkpoints(copy: Path) -> None:
    """The backup's checkpoints; those that were here are kept beside."""
    path = settings.CHECKPOINT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.before-{clock.now():%Y%m%dT%H%M%S}"))
    if copy.stat().st_size:
        path.write_bytes(copy.read_bytes())


def _put_back_rejects(copies: Path) -> None:
    """The backup's files of rejected rows; of an older backup there are none."""
    rejects_place().mkdir(parents=True, exist_ok=True)
    for copy in copies.iterdir() if copies.is_dir() else ():
        shutil.move(copy, rejects_place(copy.name))


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder with the members of the backup, each held against its digest, and the manifest."""
    if not file.is_file():
        raise NoFile(file)
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=file.parent) as name, tarfile.open(file) as archive:
            folder = Path(name)
            _unpack(archive, folder)
            manifest = json.loads((folder / MANIFEST).read_text())
            if manifest["format"] != FORMAT:
                raise NoBackup(file, f"format {manifest['format']}")
            for member, digest in manifest["sha256"].items():
                if _digest(folder / member) != digest:
                    raise NoBackup(file, f"{member} ≠ sha256")
            yield folder, manifest
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise NoBackup(file, str(error).splitlines()[0].rstrip(":")) from error


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """The files of the backup, none of them outside of `folder`; Python 3.11.2 (Debian 12) has no filter for that."""
    for member in archive:
        path = (folder / member.name).resolve()
        source = archive.extractfile(member) if member.isfile() else None
        if source and path.is_relative_to(folder.resolve()):
            path.parent.mkdir(parents=True, exist_ok=True)
            with source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
