"""What can go wrong with bills and billing claims. Each docstring is the sentence's pattern."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class ClaimExists(RuleBroken):
    """{product} already has claim {number} for {month}: a month is waived or compensated once."""

    def __init__(self, product: str, number: str, month: dt.date) -> None:
        super().__init__(
            _(
                "%(product)s already has billing claim %(number)s for %(month)s: "
                "a month is waived or compensated only once."
            )
            % {"product": product, "number": number, "month": f"{month:%m/%Y}"}
        )


class AmountNotPositive(RuleBroken):
    """Bs {amount} is no amount to credit: write more than zero."""

    def __init__(self, amount: Decimal) -> None:
        super().__init__(
            _("Bs %(amount)s is not an amount that can be used: write more than zero.") % {"amount": amount}
        )


class AboveCharge(RuleBroken):
    """Bs {amount} is more than the Bs {charge} charged for {product} in {month}."""

    def __init__(self, amount: Decimal, charge: Decimal, product: str, month: dt.date) -> None:
        super().__init__(
            _("Bs %(amount)s is more than the Bs %(charge)s charged for %(product)s in %(month)s: write at most that.")
            % {"amount": amount, "charge": charge, "product": product, "month": f"{month:%m/%Y}"}
        )


class ClaimDecided(RuleBroken):
    """Billing claim {number} is no longer waiting: it was decided on {when} by {who}."""

    def __init__(self, number: str, state: str, who: str) -> None:
        super().__init__(
            _("Billing claim %(number)s no longer waits for a decision: it is “%(state)s” (%(who)s).")
            % {"number": number, "state": state, "who": who}
        )


class ReasonMissing(RuleBroken):
    """Write why claim {number} is refused: the advisor has to tell the customer."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Write why billing claim %(number)s is refused: the customer has to be told.") % {"number": number}
        )


class BillNotPayable(RuleBroken):
    """The bill of {month} is not issued or already paid: it takes no payment."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(
            _("The bill of %(month)s is not issued yet or already paid: it takes no payment.")
            % {"month": f"{month:%m/%Y}"}
        )


class AboveBalance(RuleBroken):
    """Bs {amount} is more than the Bs {balance} still owed on the bill of {month}."""

    def __init__(self, amount: Decimal, balance: Decimal, month: dt.date) -> None:
        super().__init__(
            _("Bs %(amount)s is more than the Bs %(balance)s still owed on the bill of %(month)s.")
            % {"amount": amount, "balance": balance, "month": f"{month:%m/%Y}"}
        )


class BillExists(RuleBroken):
    """{customer} already has a bill for {month}."""

    def __init__(self, customer: str, month: dt.date) -> None:
        super().__init__(
            _("%(customer)s already has a bill for %(month)s.") % {"customer": customer, "month": f"{month:%m/%Y}"}
        )


class BillIssued(RuleBroken):
    """The bill of {month} is already issued."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(_("The bill of %(month)s is already issued.") % {"month": f"{month:%m/%Y}"})


class BillsAreImported(RuleBroken):
    """The bills of this installation come by import: nothing is opened or issued here."""

    def __init__(self) -> None:
        super().__init__(_("The bills of this installation come by import: nothing is opened or issued here."))


class RunUnderWay(RuleBroken):
    """This is under way already: wait until it has ended."""

    def __init__(self) -> None:
        super().__init__(_("This is under way already: wait until it has ended."))


class RunOver(RuleBroken):
    """This has ended already: there is nothing to stop."""

    def __init__(self) -> None:
        super().__init__(_("This has ended already: there is nothing to stop."))


class NothingToBill(RuleBroken):
    """Nothing is left to do for {month}."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(_("Nothing is left to do for %(month)s.") % {"month": f"{month:%m/%Y}"})


class NotNextMonth(RuleBroken):
    """The bills of {month} are not opened now: those of {expected} are next."""

    def __init__(self, month: dt.date, expected: dt.date) -> None:
        super().__init__(
            _("The bills of %(month)s are not opened now: those of %(expected)s are next.")
            % {"month": f"{month:%m/%Y}", "expected": f"{expected:%m/%Y}"}
        )


class NotOver(RuleBroken):
    """{month} is not over: its bills are opened, not left out."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(_("%(month)s is not over: its bills are opened, not left out.") % {"month": f"{month:%m/%Y}"})


class StillRunning(RuleBroken):
    """{month} is not over: its bills are issued from {day}, the first day after it."""

    def __init__(self, month: dt.date, day: dt.date) -> None:
        super().__init__(
            _("%(month)s is not over: its bills are issued from %(day)s on.")
            % {"month": f"{month:%m/%Y}", "day": f"{day:%d/%m/%Y}"}
        )
