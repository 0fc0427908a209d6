"""Cells that a spreadsheet would take for formulas: guarded on the way out, as they were on the way in.

A cell that begins with one of `= + - @`, a tab or a carriage return (after any number of apostrophes)
gets one apostrophe more, which is the spreadsheet's own sign for "this is text"; reading takes one
away. Plain numbers are left alone.
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
