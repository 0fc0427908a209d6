"""What can go wrong with a termination (baja). Each docstring is the sentence's pattern."""

import datetime as dt

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class NothingToTerminate(RuleBroken):
    """Name at least one product to terminate."""

    def __init__(self) -> None:
        super().__init__(_("Name at least one product to terminate."))


class SeveralCustomers(RuleBroken):
    """The products belong to several customers: register one termination for each."""

    def __init__(self) -> None:
        super().__init__(_("These products belong to several customers: register each customer's apart."))


class AlreadyTerminated(RuleBroken):
    """{product} is terminated already."""

    def __init__(self, product: str) -> None:
        super().__init__(_("%(product)s is already terminated.") % {"product": product})


class TerminationOpen(RuleBroken):
    """The termination of {product} was requested already: {number}."""

    def __init__(self, product: str, number: str) -> None:
        super().__init__(
            _("The termination of %(product)s is already registered, with number %(number)s.")
            % {"product": product, "number": number}
        )


class ExecutedOutOfTime(RuleBroken):
    """Termination {number} cannot be executed on {day}: not before it was registered, nor on a day to come."""

    def __init__(self, number: str, day: dt.date) -> None:
        super().__init__(
            _(
                "Termination %(number)s cannot be executed on %(day)s: write a day from the one on which it was "
                "registered until today."
            )
            % {"number": number, "day": f"{day:%d/%m/%Y}"}
        )


class TerminationClosed(RuleBroken):
    """Termination {number} was withdrawn or executed: it cannot be changed any more."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Termination %(number)s was already withdrawn or executed: it cannot be changed any more.")
            % {"number": number}
        )


class NothingMissing(RuleBroken):
    """Of termination {number} nothing is left to be returned."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Of termination %(number)s this was returned already, or it is not executed yet: look at it again.")
            % {"number": number}
        )
