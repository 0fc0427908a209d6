"""The external ids of a file with the line of their first row, kept on disk: a file may have millions."""

import sqlite3
from collections.abc import Sequence
from types import TracebackType

MANY = 500


def scratch() -> sqlite3.Connection:
    """A store of its own: a file without a name, gone when it is closed."""
    store = sqlite3.connect("", isolation_level=None)
    store.execute("PRAGMA journal_mode=OFF")
    store.execute("PRAGMA cache_size=-32768")
    return store


class Seen:
    """Which external ids came already in this file, and on which line."""

    def __enter__(self) -> "Seen":
        self._store = scratch()
        self._store.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._store.close()

    def first(self, keys: Sequence[str], lines: Sequence[int]) -> list[int]:
        """For each key, in the file's order, the line on which it stood first: its own where it is new."""
        known: dict[str, int] = {}
        for begin in range(0, len(keys), MANY):
            some = keys[begin : begin + MANY]
            marks = ",".join("?" * len(some))
            known.update(self._store.execute(f"SELECT key, line FROM seen WHERE key IN ({marks})", some))  # noqa: S608
        fresh: dict[str, int] = {}
        for key, line in zip(keys, lines, strict=True):
            if key not in known:
                fresh.setdefault(key, line)
        self._store.executemany("INSERT INTO seen VALUES (?, ?)", sorted(fresh.items()))
        return [known.get(key) or fresh[key] for key in keys]
