"""What can go wrong in a case. Each docstring is the sentence's pattern."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken

if TYPE_CHECKING:
    from arraigo.retention.registry import StepForm


class StepInvalid(Exception):
    """The step's form has errors: nothing was saved. `form` carries what was typed and why not."""

    def __init__(self, form: "StepForm") -> None:
        super().__init__(form.errors.as_text())
        self.form = form


class CaseOpenAlready(RuleBroken):
    """{customer} has an open case, {number}: go on there."""

    def __init__(self, customer: str, number: str) -> None:
        super().__init__(
            _("%(customer)s already has an open case, %(number)s: go on there.")
            % {"customer": customer, "number": number}
        )


class CaseClosed(RuleBroken):
    """Case {number} is closed: nothing more can be done in it."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s is closed: nothing more can be done in it.") % {"number": number})


class NothingPromised(RuleBroken):
    """Nothing has been promised in case {number} yet: there is nothing to certify."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Nothing has been promised in case %(number)s yet: there is nothing to certify.") % {"number": number}
        )


class NoTeam(RuleBroken):
    """{user} belongs to no retention team: an administrator assigns one."""

    def __init__(self, user: str) -> None:
        super().__init__(
            _("%(user)s belongs to no retention team: ask an administrator to assign one.") % {"user": user}
        )
