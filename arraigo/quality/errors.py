"""What can go wrong with a quality control. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class ControlDecided(RuleBroken):
    """The control of case {number} is already decided: {verdict}."""

    def __init__(self, number: str, verdict: str) -> None:
        super().__init__(
            _("The control of case %(number)s is already decided: “%(verdict)s”.")
            % {"number": number, "verdict": verdict}
        )


class NotTriedEnough(RuleBroken):
    """The customer was called {made} times in {windows} windows: {needed} in {windows_needed} are needed."""

    def __init__(self, made: int, windows: int, needed: int, windows_needed: int) -> None:
        super().__init__(
            _(
                "“Not reached” needs %(needed)s calls in %(windows_needed)s different windows of the day: "
                "calls so far: %(made)s; windows: %(windows)s. Try again later."
            )
            % {"made": made, "windows": windows, "needed": needed, "windows_needed": windows_needed}
        )


class VerdictNotAllowed(RuleBroken):
    """{verdict} is no verdict of a control: passed, failed or not reached."""

    def __init__(self, verdict: str) -> None:
        super().__init__(
            _("“%(verdict)s” is not a verdict: choose passed, failed or not reached.") % {"verdict": verdict}
        )
