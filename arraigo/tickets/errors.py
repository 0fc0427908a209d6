"""What can go wrong with trouble tickets. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class NotTheCustomersProduct(RuleBroken):
    """Product {product} is not one of {customer}: choose one of the customer's own."""

    def __init__(self, product: str, customer: str) -> None:
        super().__init__(
            _("Product %(product)s is not one of %(customer)s: choose one of the customer's own.")
            % {"product": product, "customer": customer}
        )


class TransitionRefused(RuleBroken):
    """Ticket {number} cannot go from {before} to {after}: {allowed}."""

    def __init__(self, number: str, before: str, after: str, allowed: str) -> None:
        super().__init__(
            _("Ticket %(number)s cannot go from %(before)s to %(after)s; possible now: %(allowed)s.")
            % {"number": number, "before": before, "after": after, "allowed": allowed or "—"}
        )


class TicketNotSolved(RuleBroken):
    """Ticket {number} is not solved: only a solution can be disputed."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Ticket %(number)s is not solved: only a solution can be disputed.") % {"number": number})


class StillOpen(RuleBroken):
    """Still open: {numbers}. While one is, the fault stays repeated: where it works, resolve it first on its page."""

    def __init__(self, numbers: str) -> None:
        super().__init__(
            _(
                "Still open: %(numbers)s. While one is, the fault stays repeated: where it works, resolve it first on "
                "its page."
            )
            % {"numbers": numbers}
        )


class ReasonMissing(RuleBroken):
    """Write the reason: how it is known that the fault is solved."""

    def __init__(self) -> None:
        super().__init__(_("Write the reason: how it is known that the fault is solved."))


class TimeInFuture(RuleBroken):
    """{moment} has not come yet: write a moment that has passed."""

    def __init__(self, moment: str) -> None:
        super().__init__(_("%(moment)s has not come yet: write a moment that has passed.") % {"moment": moment})
