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


class NotInOrder(RuleBroken):
    """Evaluations are signed in order: {due} is to be signed, not {month}."""

    def __init__(self, month: str, due: str) -> None:
        super().__init__(
            _("Evaluations are signed month by month, in order: %(due)s is to be signed now, not %(month)s.")
            % {"month": month, "due": due}
        )


class MonthOutOfReach(RuleBroken):
    """{month} lies outside the years that Arraigo counts in."""

    def __init__(self, month: str) -> None:
        super().__init__(_("%(month)s is out of reach: give a month from 2000-01 to 2999-12.") % {"month": month})


class ReviewTooEarly(RuleBroken):
    """{month} is not over: its indicator is reviewed when it is."""

    def __init__(self, month: str) -> None:
        super().__init__(_("%(month)s is not over yet: it can be reviewed when it is.") % {"month": month})


class ReviewTooLate(RuleBroken):
    """The evaluation of {month} is signed: a review would not be in it any more."""

    def __init__(self, month: str) -> None:
        super().__init__(
            _(
                "The evaluation of %(month)s is signed already, without your review: it cannot take it up any more. "
                "Write it into the review of the following month."
            )
            % {"month": month}
        )


class AlreadyReviewed(RuleBroken):
    """The review of {month} by this head is recorded already."""

    def __init__(self, month: str) -> None:
        super().__init__(_("Your review of %(month)s is recorded already.") % {"month": month})
