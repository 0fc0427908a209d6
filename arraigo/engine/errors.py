"""What can go wrong in a run. Each docstring is the sentence's pattern."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.records import RuleBroken


def _moment(moment: dt.datetime) -> str:
    return date_format(clock.local(moment), "SHORT_DATETIME_FORMAT")


class AlreadyCompleted(RuleBroken):
    """{who} completed this task on {when}: nothing of yours was saved."""

    def __init__(self, who: str, when: dt.datetime) -> None:
        self.who, self.when = who, when
        super().__init__(
            _("%(who)s already completed this task on %(when)s: nothing was saved.")
            % {"who": who, "when": _moment(when)}
        )


class ItemCancelled(RuleBroken):
    """This task was cancelled on {when}: nothing of yours was saved. `outcome`: the code of what ended it."""

    def __init__(self, outcome: str, when: dt.datetime) -> None:
        self.outcome, self.when = outcome, when
        super().__init__(_("This task was cancelled on %(when)s: nothing was saved.") % {"when": _moment(when)})


class NotWaiting(RuleBroken):
    """{key} does not wait for this any more. `message`: the code of what it was told."""

    def __init__(self, key: str, message: str) -> None:
        self.key, self.message = key, message
        super().__init__(
            _("%(key)s does not wait for this any more: look at where it stands and try again.") % {"key": key}
        )


class NotRunning(RuleBroken):
    """{key} has ended: nothing more can be done in it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(_("%(key)s has ended: nothing more can be done in it.") % {"key": key})


class EngineFault(Exception):
    """{sentence}: a fault of the installation or of a published version, not of a person's input."""


class StateUnreadable(EngineFault):
    """The state of {key} cannot be read: {reason}."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"The state of {key} cannot be read: {reason}.")


class DefinitionUnreadable(EngineFault):
    """The diagram cannot be run: {reason}."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The diagram cannot be run: {reason}.")


class ExpressionFailed(EngineFault):
    """The expression {expression} failed: {reason}."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"The expression {expression!r} failed: {reason}.")


class DecisionFailed(EngineFault):
    """The decision {name} gave no answer: {reason}."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The decision {name!r} gave no answer: {reason}.")


class NoTransaction(EngineFault):
    """The engine moves only inside the caller's transaction: open one."""

    def __init__(self) -> None:
        super().__init__("The engine moves only inside the caller's transaction: open one.")


class NotTheLast(RuleBroken):
    """Something happened in {key} since: only the last step can be taken back."""

    def __init__(self, key: str) -> None:
        super().__init__(_("Something happened in %(key)s since: only the last step can be taken back.") % {"key": key})
