"""Papers that are kept as they were signed: the digest of each stands in the event of its signature.

Whoever keeps such papers names a finder when the application starts, so that `verify-log` proves them all.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class PaperChanged(RuleBroken):
    """{paper} is no longer what was signed: it is not shown."""

    def __init__(self, paper: str) -> None:
        super().__init__(
            _(
                "The document %(paper)s is no longer what was signed, so it is not shown. "
                "Tell the administrator, who finds out with `verify-log`."
            )
            % {"paper": paper}
        )


def digest(kept: Any) -> str:
    """SHA-256 over what a paper says, as canonical JSON."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


Finder = Callable[[], Iterator[tuple[str, bool]]]
"""Each kept paper: its name, and whether it is still what was signed."""
_finders: list[Finder] = []


@dataclass
class Papers:
    """What proving the papers found: how many are whole, and the names of those that are not."""

    whole: int = 0
    changed: list[str] = field(default_factory=list)


def proved(finder: Finder) -> Finder:
    """Have the papers of `finder` proved too."""
    _finders.append(finder)
    return finder


def prove() -> Papers:
    """Hold every kept paper against the digest in its event."""
    found = Papers()
    for finder in _finders:
        for name, whole in finder():
            if whole:
                found.whole += 1
            else:
                found.changed.append(name)
    return found
