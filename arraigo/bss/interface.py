"""The commercial system as seen from here: what every adapter offers.

An adapter is named by the setting `COMMERCIAL_SYSTEM` and made anew for each use; it keeps nothing.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from arraigo.bss.models import Command

KINDS = frozenset(
    {
        "bill_adjustment.apply",
        "product_order.create",
        "product_order.cancel",
        "work_order.create",
        "work_order.cancel",
        "courtesy.activate",
        "courtesy.withdraw",
        "termination.request",
        "termination.withdraw",
        "trouble_ticket.resolve",
        "trouble_ticket.reopen",
    }
)
"""Every command there is, as `noun.verb`."""


@dataclass(frozen=True)
class Answer:
    """What the commercial system said to a command."""

    applied: bool
    data: dict[str, Any] = field(default_factory=dict)
    """JSON; `why` where it refused."""


class Unreachable(Exception):
    """The command did not leave: it can be sent again without harm."""


class NoAnswer(Exception):
    """The command left and no answer came: whether it was applied is not known."""


class CommercialSystem(Protocol):
    """Who executes commands. `execute` and `look_up` raise `Unreachable` or `NoAnswer`."""

    immediate: bool
    """Executes inside the transaction of the step, so that nothing ever waits in the outbox."""
    honours_keys: bool
    """The other side applies an idempotency key at most once."""
    looks_up: bool
    """The other side can be asked what became of a key."""

    def execute(self, command: Command) -> Answer: ...

    def look_up(self, command: Command) -> Answer | None:
        """What became of the command on the other side; None where it never arrived."""
        ...


def commercial_system() -> CommercialSystem:
    """The adapter of this installation."""
    adapter: CommercialSystem = import_string(settings.COMMERCIAL_SYSTEM)()
    return adapter
