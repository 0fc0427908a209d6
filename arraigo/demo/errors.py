"""Why no demo is made. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class DemoInProduction(RuleBroken):
    """A demo is never made in production."""

    def __init__(self) -> None:
        super().__init__(_("A demo is never made in production: its accounts have a public password."))


class DatabaseInUse(RuleBroken):
    """This database has customers already: a demo is only made in an empty one."""

    def __init__(self) -> None:
        super().__init__(_("This database has customers or people already: a demo is only made in an empty one."))


class MomentAhead(RuleBroken):
    """The demo cannot end in the future."""

    def __init__(self) -> None:
        super().__init__(_("The demo's moment has not come yet: choose one that has passed."))


class MomentTooEarly(RuleBroken):
    """The demo and its two years of history lie within the months that can be evaluated."""

    def __init__(self, year: int) -> None:
        super().__init__(_("The demo's moment is too early: choose one of %(year)d or later.") % {"year": year})
