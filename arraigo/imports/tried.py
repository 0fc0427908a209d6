"""The rows that a dry run has tried, kept on disk: later rows of the file may contradict them, or need them.

A dry run takes each batch back before the next, so that nobody waits for it. What earlier rows would have left is
therefore landed once more before a batch that has to do with it: just these rows, and taken back with it.
"""

import pickle
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

from arraigo.imports.landing import Parsed
from arraigo.imports.seen import MANY, scratch


class Tried:
    """Rows by what they claim for themselves (`Row.claims`)."""

    def __enter__(self) -> "Tried":
        self._store = scratch()
        self._store.execute("CREATE TABLE claims (claim TEXT, line INTEGER, PRIMARY KEY (claim, line)) WITHOUT ROWID")
        self._store.execute("CREATE TABLE tried (place INTEGER PRIMARY KEY, line INTEGER UNIQUE, parsed BLOB)")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._store.close()

    def remember(self, rows: Iterable[Parsed[Any]], freed: Mapping[str, str]) -> None:
        """Keep `rows`; of one that gave up a claim for another, `freed` tells: new → former one."""
        kept = [each for each in rows if each.row.claims]
        claims = {(claim, each.raw.line) for each in kept for claim in each.row.claims}
        claims |= {(freed[claim], line) for claim, line in claims if claim in freed}
        self._store.executemany("INSERT INTO claims VALUES (?, ?)", sorted(claims))
        told = ((each.raw.line, pickle.dumps(each, pickle.HIGHEST_PROTOCOL)) for each in kept)
        self._store.executemany("INSERT INTO tried (line, parsed) VALUES (?, ?)", told)

    def of(self, batch: Iterable[Parsed[Any]]) -> list[Parsed[Any]]:
        """The earlier rows that have to do with those of `batch`, and with each other, in the order they landed in."""
        found: dict[int, tuple[int, Parsed[Any]]] = {}
        fresh = list(batch)
        while fresh:
            claims = {claim for each in fresh for claim in (*each.row.claims, *each.row.needs)}
            rows = self._rows(sorted(self._lines(sorted(claims)) - found.keys()))
            fresh = [each for _place, each in rows]
            found |= {each.raw.line: (place, each) for place, each in rows}
        return [each for _place, each in sorted(found.values(), key=lambda placed: placed[0])]

    def _lines(self, claims: Sequence[str]) -> set[int]:
        return {line for (line,) in self._select("SELECT line FROM claims WHERE claim IN ({})", claims)}

    def _rows(self, lines: Sequence[int]) -> list[tuple[int, Parsed[Any]]]:
        rows = self._select("SELECT place, parsed FROM tried WHERE line IN ({})", lines)
        # Written above, in a file without a name.
        return [(place, pickle.loads(parsed)) for place, parsed in rows]  # noqa: S301

    def _select(self, query: str, values: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
        for begin in range(0, len(values), MANY):
            some = values[begin : begin + MANY]
            yield from self._store.execute(query.format(",".join("?" * len(some))), some)
