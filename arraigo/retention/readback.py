"""What completing a step as it is filled in would promise, read back to the customer before it is done."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arraigo.procedure.policy import Policy

AUTHORITIES = ("advisor", "team_lead", "commercial_management")
"""Who grants an amount, as the table `authority` calls them; each may what those before it may."""


@dataclass(frozen=True)
class ReadBack:
    """The sentences to read, and whether the advisor grants it alone."""

    sentences: tuple[str, ...] = ()
    authority: str = ""
    """Who grants it: `advisor`, `team_lead` or `commercial_management`; empty where nobody need."""
    because: str = ""
    """The sentence of the rule of the table `authority`."""

    @property
    def waits(self) -> bool:
        """Somebody else approves it first, while the customer waits."""
        return self.authority not in ("", "advisor")


def granted(policy: Policy, *, vip: bool, amount: Decimal, product_month: Decimal) -> tuple[str, str]:
    """Who grants `amount` Bs on a product whose month costs `product_month` Bs, and the rule's sentence."""
    facts: dict[str, Any] = {"vip": vip, "amount": float(amount), "product_month": float(product_month)}
    decision = policy.decide("authority", facts)
    return str(decision.outputs["authority"]), decision.because


def rank(authority: str) -> int:
    """How high an authority of the table is; one that it does not know is the highest, as in the diagram."""
    return AUTHORITIES.index(authority) if authority in AUTHORITIES else len(AUTHORITIES)
