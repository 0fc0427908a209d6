"""What earlier passes over a file did with its rows: a run that was cut off counts each row by what it did at first."""

from collections.abc import Mapping

from arraigo.imports.landing import Fate, Tally
from arraigo.imports.ledger import Ranges, ranges
from arraigo.imports.models import ImportRun

KEPT: tuple[Fate, ...] = ("accepted", "updated")
"""What a later pass finds unchanged; of a row that is both, the first of them."""


def as_json(fates: Mapping[int, Fate]) -> dict[str, Ranges]:
    """The lines whose rows were new or changed something, as ranges."""
    lines = {fate: ranges(line for line, told in fates.items() if told == fate) for fate in KEPT}
    return {fate: found for fate, found in lines.items() if found}


class Earlier:
    """The lines that earlier passes of a run landed: a byte for each line of the file."""

    def __init__(self, run: ImportRun) -> None:
        self.lines = {fate: bytearray() for fate in KEPT}
        for told in run.batches.values_list("fates", flat=True).iterator() if run.pk else ():
            for fate in KEPT:
                for first, last in told.get(fate, []):
                    self._mark(self.lines[fate], first, last)

    @staticmethod
    def _mark(marks: bytearray, first: int, last: int) -> None:
        marks.extend(bytes(max(last + 1 - len(marks), 0)))
        marks[first : last + 1] = b"\1" * (last + 1 - first)

    def recount(self, tally: Tally) -> None:
        """Count the rows of a batch that landed before as what they were then."""
        if any(self.lines.values()):
            for line, now in list(tally.fates.items()):
                tally.count(line, next((fate for fate in KEPT if fate == now or self._has(fate, line)), now))

    def _has(self, fate: Fate, line: int) -> bool:
        marks = self.lines[fate]
        return line < len(marks) and bool(marks[line])
