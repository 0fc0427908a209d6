"""What can be wrong with a version of the procedure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from arraigo.engine.validation import Problem
from arraigo.records import RuleBroken


class NoProcedure(RuleBroken):
    """No version of the procedure is published: publish one first."""

    def __init__(self) -> None:
        super().__init__(_("No version of the procedure is published: run “./run manage load-procedure” first."))


class ProcedureInvalid(RuleBroken):
    """The files have problems, each named with its element."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problem.sentence for problem in problems))


class FileUnreadable(RuleBroken):
    """The file {name} is missing or cannot be read: {reason}."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            _("The file %(name)s is missing or cannot be read: %(reason)s.") % {"name": name, "reason": reason}
        )
