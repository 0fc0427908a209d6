"""What can go wrong with customers. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class PhoneUnknown(RuleBroken):
    """{number} is no telephone number: write 8 digits, or + and the country's code first."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("%(number)s is no telephone number: write it with 8 digits, or with + and the country's code first.")
            % {"number": number}
        )


class CustomerNumberTaken(RuleBroken):
    """There is a customer {number} already: look them up, or write another number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("There is a customer %(number)s already: look them up, or write another number.") % {"number": number}
        )


class NameMissing(RuleBroken):
    """Write the customer's name."""

    def __init__(self) -> None:
        super().__init__(_("Write the customer's name."))


class ListingLifted(RuleBroken):
    """The listing of {bureau} was lifted on {day} already."""

    def __init__(self, bureau: str, day: str) -> None:
        super().__init__(_("The listing of %(bureau)s was lifted on %(day)s already.") % {"bureau": bureau, "day": day})


class LiftedBeforeListed(RuleBroken):
    """A listing cannot be lifted before {day}, the day it was made."""

    def __init__(self, day: str) -> None:
        super().__init__(_("A listing cannot be lifted before %(day)s, the day it was made.") % {"day": day})
