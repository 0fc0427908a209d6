"""What parts the cells of a line, where nobody says it."""

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

DELIMITERS = ",;\t|"
COLON = ":"
NO_PARTING = re.compile(r'"(?:[^"]|"")*"|(?<=[ T])\d{1,2}:\d{2}(?::\d{2})?')
"""Colons that part nothing: those of quoted cells and of times of the day."""


def delimiter_of(lines: Sequence[str]) -> str:
    """What parts the cells: the sign that most of the lines have most of, a colon where none of the others does."""
    told = [line for line in lines if line.strip()] or [""]
    usual = max(DELIMITERS, key=lambda sign: (median(line.count(sign) for line in told), told[0].count(sign)))
    return COLON if _parted_by_colons(told, usual) else usual


def _parted_by_colons(lines: Sequence[str], usual: str) -> bool:
    """Whether more of the lines agree on how many colons they have than on the `usual` sign, the first one wholly."""
    bare = [NO_PARTING.sub("", line) for line in lines]
    count, agreeing = _agreement(bare, COLON)
    first = next((line for line in bare if count and line.count(COLON) == count), usual)
    return usual not in first and agreeing > _agreement(bare, usual)[1]


def _agreement(lines: Sequence[str], sign: str) -> tuple[int, int]:
    """How often the sign stands in most of the lines that have it, and in how many it stands so often."""
    counts = Counter(line.count(sign) for line in lines if sign in line)
    return counts.most_common(1)[0] if counts else (0, 0)
