"""What can go wrong with products and courtesies. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class NumberTaken(RuleBroken):
    """There is a product {number} already: write another number or go on with that one."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("There is a product %(number)s already: write another number or go on with that one.")
            % {"number": number}
        )


class ProductGone(RuleBroken):
    """Product {number} has ended: nothing more can be changed on it."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Product %(number)s has ended: nothing more can be changed on it.") % {"number": number})


class TerminationNeedsReason(RuleBroken):
    """Product {number} only ends with a reason: say why."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Product %(number)s only ends with a reason: say why.") % {"number": number})


class EndsBeforeStart(RuleBroken):
    """Product {number} cannot end on {day}: it began later."""

    def __init__(self, number: str, day: str) -> None:
        super().__init__(
            _("Product %(number)s cannot end on %(day)s: it began later.") % {"number": number, "day": day}
        )


class CourtesyRunning(RuleBroken):
    """A courtesy runs on product {number} until {until}: grant another one after that day."""

    def __init__(self, number: str, until: str) -> None:
        super().__init__(
            _("A courtesy runs on product %(number)s until %(until)s: grant another one after that day.")
            % {"number": number, "until": until}
        )


class CourtesyGranted(RuleBroken):
    """Case {case_number} has its courtesy already: only one is granted per case."""

    def __init__(self, case_number: str) -> None:
        super().__init__(
            _("Case %(number)s has its courtesy already: only one is granted per case.") % {"number": case_number}
        )


class CourtesyWithoutSpan(RuleBroken):
    """A courtesy ends after it begins: write a later end."""

    def __init__(self) -> None:
        super().__init__(_("A courtesy ends after it begins: write a later end."))


class CourtesyOver(RuleBroken):
    """This courtesy on product {number} is over already: there is nothing to withdraw."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("This courtesy on product %(number)s is over already: there is nothing to withdraw.") % {"number": number}
        )
