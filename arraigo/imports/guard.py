"""Cells that a spreadsheet would take for formulas: guarded on the way out, as they were on the way in.

A cell that begins with one of `= + - @`, a tab or a carriage return (after any number of apostrophes)
gets one apostrophe more, which is the spreadsheet's own sign for "this is text"; reading takes one
away. Plain numbers are left alone.

A sign that XML does not carry stands in a spreadsheet as `_x000B_` (ECMA-376, ST_Xstring).
"""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?$")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """`text` as a cell that no spreadsheet computes."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if _GUARDED.match(text) else text


LONGEST = 1 << 20
"""Characters from which on a cell is refused anyhow."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x(?![dD][89a-fA-F])([0-9A-Fa-f]{4})_")
"""Halves of a sign are none."""


def escaped(text: str) -> str:
    """`text` as the XML of a spreadsheet holds it."""
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """The text that was escaped."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if len(text) <= LONGEST and "_x" in text else text
