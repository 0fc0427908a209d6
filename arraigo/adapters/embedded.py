"""The embedded commercial system: our own records are the commercial system.

The action that writes a command has already written what it says to our records, in the same
transaction, so that there is nothing left to be done elsewhere.
"""

from arraigo.bss.interface import Answer
from arraigo.bss.models import Command


class EmbeddedCommercialSystem:
    """`bss.interface.CommercialSystem` for an installation that runs alone."""

    immediate = True
    honours_keys = True
    looks_up = True

    def execute(self, command: Command) -> Answer:
        return Answer(applied=True, data={"by": "embedded"})

    def look_up(self, command: Command) -> Answer | None:
        return Answer(applied=True, data={"by": "embedded"})
