"""Where the headers stand: people put titles, dates and blank lines above them."""

from collections.abc import Sequence
from statistics import median

RECOGNISED = 0
"""As the line of the headers: it is looked for."""
LOOKED_AT = 30
"""Lines among which the headers are looked for."""
ENOUGH = 0.6
"""Part of the cells that rows usually have filled, from which on a line may be the headers."""


def line_of(rows: Sequence[Sequence[str]]) -> int:
    """The number of the first of `rows` that is as wide as a table's rows are; 1 where none is."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    several = [count for count in filled if count > 1]
    least = max(2, ENOUGH * median(several)) if several else 1
    return next((number for number, count in enumerate(filled, 1) if count >= least), 1)
