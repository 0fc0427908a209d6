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


class NoTransfer(RuleBroken):
    """Case {number} has no transfer that is still to be done."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s has no transfer that is still to be done.") % {"number": number})


class NothingPromised(RuleBroken):
    """Nothing has been promised in case {number} yet: there is nothing to certify."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Nothing has been promised in case %(number)s yet: there is nothing to certify.") % {"number": number}
        )


class OutOfReach(RuleBroken):
    """Receipt {number} cannot be sent: {why}. Print it, or complete the customer's record."""

    def __init__(self, number: str, why: str) -> None:
        super().__init__(
            _(
                "Receipt %(number)s cannot be sent: %(why)s. Print it, or complete the customer's telephone "
                "or e-mail and send it again."
            )
            % {"number": number, "why": why}
        )


class ReceiptTakenBack(RuleBroken):
    """Receipt {number} was taken back on {when}: it is not sent."""

    def __init__(self, number: str, when: str) -> None:
        super().__init__(
            _(
                "Receipt %(number)s was taken back on %(when)s: it is not valid and is not sent. "
                "Send the receipt that was made out afterwards."
            )
            % {"number": number, "when": when}
        )


class NoTeam(RuleBroken):
    """{user} belongs to no retention team: an administrator assigns one."""

    def __init__(self, user: str) -> None:
        super().__init__(
            _("%(user)s belongs to no retention team: ask an administrator to assign one.") % {"user": user}
        )


class NotATechnician(RuleBroken):
    """{person} is no technician of the centre of work order {number}."""

    def __init__(self, person: str, number: str) -> None:
        super().__init__(
            _("%(person)s is no technician of the centre of work order %(number)s: choose one of that centre.")
            % {"person": person, "number": number}
        )


class NothingToSwap(RuleBroken):
    """Work orders {first} and {second} have the same technician."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(
            _("Work orders %(first)s and %(second)s have the same technician: there is nothing to swap.")
            % {"first": first, "second": second}
        )


class PauseNotAllowed(RuleBroken):
    """The policy does not let the 24 hours of work order {number} stand still for this reason."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("The procedure does not let the 24 hours of work order %(number)s stand still for this reason.")
            % {"number": number}
        )


class AbsenceUnproved(RuleBroken):
    """Add the photo that shows that nobody was at home for work order {number}."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _(
                "Add the photo that shows that nobody was at home for work order %(number)s: an absence that the "
                "technician recorded has stopped the 24 hours by itself, once."
            )
            % {"number": number}
        )


class CustomersWordMissing(RuleBroken):
    """Write what the customer said and for when: work order {number} stands still only for that."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _(
                "Write what the customer said and the time that the customer asked for: the 24 hours of work order "
                "%(number)s stand still only for that."
            )
            % {"number": number}
        )


class CannotCorrect(RuleBroken):
    """Claim {number} cannot be entered corrected: it stands, is followed by another, or the customer is leaving."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _(
                "Claim %(number)s cannot be entered corrected: it was neither refused nor taken back, another one "
                "followed it already, or the customer is leaving."
            )
            % {"number": number}
        )


class CannotUndo(RuleBroken):
    """This can no longer be taken back: {why}."""

    def __init__(self, why: str) -> None:
        super().__init__(_("This can no longer be taken back: %(why)s.") % {"why": why})


class CalledToday(RuleBroken):
    """{person} called {customer} today at {hour}: call another customer."""

    def __init__(self, person: str, customer: str, hour: str) -> None:
        super().__init__(
            _("%(person)s called %(customer)s today at %(hour)s: call another customer.")
            % {"person": person, "customer": customer, "hour": hour}
        )


class CallEnded(RuleBroken):
    """What came of this call is noted already."""

    def __init__(self) -> None:
        super().__init__(_("What came of this call is noted already."))


class CannotGoOn(Exception):
    """A run whose time has come could not go on; what stands in its way is the cause."""

    def __init__(self, instance_id: int, key: str) -> None:
        super().__init__(f"{key} cannot go on")
        self.instance_id = instance_id
