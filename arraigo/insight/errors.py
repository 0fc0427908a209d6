"""What can be wrong with an evaluation. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class AlreadySigned(RuleBroken):
    """The evaluation of {month} is signed: it cannot change."""

    def __init__(self, month: str) -> None:
        super().__init__(_("The evaluation of %(month)s is signed already: it cannot change.") % {"month": month})


class MonthNotOver(RuleBroken):
    """{month} is not over: it is evaluated when it is."""

    def __init__(self, month: str) -> None:
        super().__init__(_("%(month)s is not over yet: it can be evaluated when it is.") % {"month": month})


class AlreadyReviewed(RuleBroken):
    """The review of {month} by this head is recorded already."""

    def __init__(self, month: str) -> None:
        super().__init__(_("Your review of %(month)s is recorded already.") % {"month": month})
