"""What can go wrong with commands to the commercial system. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.bss.names import name
from arraigo.records import RuleBroken


class UnknownCommand(ValueError):
    """{kind} is no command of the commercial system. A mistake of the program, not of a person."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind!r} is no command of the commercial system: see bss.interface.KINDS.")


class CommandRefused(RuleBroken):
    """The commercial system refused {kind}: {why}"""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(_("The commercial system refused %(kind)s: %(why)s") % {"kind": name(kind), "why": why})


class CommandNotStuck(RuleBroken):
    """Command {kind} is neither failed nor uncertain: there is nothing to settle."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            _("Command %(kind)s is neither failed nor uncertain: there is nothing to settle.") % {"kind": name(kind)}
        )
