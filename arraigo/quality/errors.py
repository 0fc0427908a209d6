"""What can go wrong with a quality control. Each docstring is the sentence's pattern."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.records import RuleBroken

if TYPE_CHECKING:
    from arraigo.quality.queries import Tried


class ControlDecided(RuleBroken):
    """The control of case {number} is already decided: {verdict}."""

    def __init__(self, number: str, verdict: str) -> None:
        super().__init__(
            _("The control of case %(number)s is already decided: “%(verdict)s”.")
            % {"number": number, "verdict": verdict}
        )


class NotTriedEnough(RuleBroken):
    """ "Not reached" needs {needed} calls that count: so far {calls}. The next counts from {begin} until {end}."""

    def __init__(self, tried: "Tried", begin: dt.datetime, end: dt.datetime) -> None:
        starts, ends = clock.local(begin), clock.local(end)
        super().__init__(
            _(
                "“Not reached” needs %(needed)s calls on business days, in different windows and at "
                "%(windows_needed)s times of the day at least; %(calls)s count so far. "
                "The next call counts on %(day)s from %(begin)s to %(end)s."
            )
            % {
                "needed": tried.rule.attempts,
                "windows_needed": tried.rule.windows_needed,
                "calls": tried.calls,
                "day": f"{starts:%d/%m/%Y}",
                "begin": f"{starts:%H:%M}",
                "end": f"{ends:%H:%M}",
            }
        )


class VerdictNotAllowed(RuleBroken):
    """{verdict} is no verdict of a control: passed, failed or not reached."""

    def __init__(self, verdict: str) -> None:
        super().__init__(
            _("“%(verdict)s” is not a verdict: choose passed, failed or not reached.") % {"verdict": verdict}
        )
