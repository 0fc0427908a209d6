"""What can go wrong with orders. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class OpenVisitExists(RuleBroken):
    """{customer} already has an open visit, work order {number}: one visit per address."""

    def __init__(self, customer: str, number: str) -> None:
        super().__init__(
            _("%(customer)s already has an open visit, work order %(number)s: finish or cancel that one first.")
            % {"customer": customer, "number": number}
        )
        self.number = number


class WrongState(RuleBroken):
    """Work order {number} is {state}: this cannot be done with it now."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            _("Work order %(number)s is “%(state)s”: this cannot be done with it now.")
            % {"number": number, "state": state}
        )


class EvidenceMissing(RuleBroken):
    """Write what proves the pause of work order {number}: the 24 hours stop only for evidence."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Write what proves the pause of work order %(number)s: the 24 hours stop only for evidence.")
            % {"number": number}
        )


class EvidenceUsed(RuleBroken):
    """This photo has stopped the 24 hours of work order {number} before: it does not stop them again."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _(
                "This photo has stopped the 24 hours of work order %(number)s before: take a new one, which shows that "
                "nobody is at home now."
            )
            % {"number": number}
        )


class CauseMissing(RuleBroken):
    """Write why work order {number} could not be solved on site."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Write why work order %(number)s could not be solved on site.") % {"number": number})


class NoTechnician(RuleBroken):
    """Work order {number} has no technician: assign one first."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Work order %(number)s has no technician: assign one first.") % {"number": number})


class AlreadyFollowed(RuleBroken):
    """Work order {number} is already followed by {following}."""

    def __init__(self, number: str, following: str) -> None:
        super().__init__(
            _("Work order %(number)s is already followed by %(following)s.")
            % {"number": number, "following": following}
        )


class NoteIncomplete(RuleBroken):
    """The note needs {what}, which is not known: ask the customer."""

    def __init__(self, what: str) -> None:
        super().__init__(_("The note needs %(what)s, which is not known: ask the customer.") % {"what": what})


class ChangedMeanwhile(RuleBroken):
    """Work order {number} was given to {technician} meanwhile: look at it again."""

    def __init__(self, number: str, technician: str) -> None:
        super().__init__(
            _("Work order %(number)s was given to %(technician)s meanwhile: look at it again before you change it.")
            % {"number": number, "technician": technician}
        )
