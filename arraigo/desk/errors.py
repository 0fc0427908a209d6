"""What can go wrong at a desk. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class CallbackPast(RuleBroken):
    """The time of the call has passed: choose one to come."""

    def __init__(self) -> None:
        super().__init__(_("The time of the call has passed: choose one to come."))


class CallbackFar(RuleBroken):
    """That is more than a year away: check the date."""

    def __init__(self) -> None:
        super().__init__(_("That is more than a year away: check the date."))


class CallbackDone(RuleBroken):
    """{who} made this call already."""

    def __init__(self, who: str) -> None:
        super().__init__(_("%(who)s made this call already.") % {"who": who})


class NotOfTheTeam(RuleBroken):
    """{who} is no advisor of the case's team: choose a colleague of it."""

    def __init__(self, who: str) -> None:
        super().__init__(_("%(who)s is no advisor of the case's team: choose a colleague of it.") % {"who": who})


class CaseOver(RuleBroken):
    """Case {number} is closed meanwhile: open a new one."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s is closed meanwhile: open a new one.") % {"number": number})
