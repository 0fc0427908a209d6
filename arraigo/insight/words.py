"""What the figures are called, and how each is counted, in the reader's language."""

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from arraigo.insight import costs
from arraigo.retention.models import Offer, Promise, Reason
from arraigo.terminations.models import Termination

Words = str | Lazy


@dataclass(frozen=True)
class Figure:
    """One figure of the evaluation."""

    name: Words
    how: Words
    """How it is counted, as a sentence."""


FIGURES: dict[str, Figure] = {
    "opened": Figure(
        pgettext_lazy("several cases", "Opened"),
        gettext_lazy("Cases opened in the month because a customer asked to leave."),
    ),
    "accepted": Figure(
        pgettext_lazy("several cases", "Accepted"),
        gettext_lazy("Cases whose last offer was accepted in the month: kept at the desk, not yet saved."),
    ),
    "lost": Figure(
        pgettext_lazy("several cases", "Lost"),
        gettext_lazy("Cases that ended in a termination in the month, whenever they were opened."),
    ),
    "judged": Figure(
        pgettext_lazy("several cases", "Judged"),
        gettext_lazy(
            "Accepted cases whose moment of judgement fell in the month: the last control, or 30 days after the "
            "adjustment, the end of the courtesy or the acceptance of a transfer; where the case ended before that, "
            "its end."
        ),
    ),
    "saved": Figure(
        pgettext_lazy("several cases", "Saved"),
        gettext_lazy(
            "Of those judged: product alive, no new fault, no termination asked for, controls passed, and what was "
            "promised not refused by billing."
        ),
    ),
    "not_saved": Figure(
        pgettext_lazy("several cases", "Not saved"),
        gettext_lazy("Of those judged: the others, each with what speaks against it."),
    ),
    "judged_again": Figure(
        gettext_lazy("Judged again at 90 days"),
        gettext_lazy("Saved cases looked at a second time in the month, 60 days after the first."),
    ),
    "saved_again": Figure(
        gettext_lazy("Saved at 90 days"),
        gettext_lazy("Of those judged again: product still alive, no fault since, no termination asked for."),
    ),
    "lost_again": Figure(
        gettext_lazy("No longer saved at 90 days"),
        gettext_lazy("Of those judged again: the others."),
    ),
    "waiting": Figure(
        gettext_lazy("At the evaluation"),
        gettext_lazy("Cases that stood at step 15 when the month ended: the signature ends them."),
    ),
    "requested": Figure(
        gettext_lazy("Terminations requested"),
        gettext_lazy("Products whose termination was registered in the month and not withdrawn since."),
    ),
    "executed": Figure(
        gettext_lazy("Terminations executed"),
        gettext_lazy("Products switched off in the month, whenever it was asked for."),
    ),
    "apart": Figure(
        gettext_lazy("Terminations apart"),
        gettext_lazy("For the reasons that the policy sets apart: nobody could have been persuaded."),
    ),
    "rate": Figure(
        gettext_lazy("Per 100 live products"),
        gettext_lazy(
            "Terminations of the month that the indicator counts, those apart left out, for every hundred products "
            "alive when the month began. The base stands beside it: started before that day or at an unknown one, not "
            "ended by then; counted once a day, and as it was at the signature once the month is signed."
        ),
    ),
    "proactive": Figure(
        gettext_lazy("Proactive"),
        gettext_lazy("Opened by calling a customer who had not asked to leave: in no other figure."),
    ),
    "promises_kept": Figure(
        gettext_lazy("Promises kept"), gettext_lazy("Promises to customers that ended in the month, in time.")
    ),
    "promises_broken": Figure(
        gettext_lazy("Promises broken"),
        gettext_lazy(
            "Promises that fell due in the month and were not kept, or kept late: late is not kept. One decided before "
            "it fell due counts in the month of that."
        ),
    ),
    "offered": Figure(
        gettext_lazy("Offers made"),
        gettext_lazy("Offers made in the month to customers who had asked to leave, those taken back left out."),
    ),
    "offers_accepted": Figure(
        gettext_lazy("Offers accepted"),
        gettext_lazy("Of the offers made in the month: accepted by now and, where it takes one, approved."),
    ),
    "bill_waiver": Figure(
        gettext_lazy("Waivers"), gettext_lazy("Credits of applied claims for a whole month not charged.")
    ),
    "compensation": Figure(
        gettext_lazy("Compensations"), gettext_lazy("Credits of applied claims for days without service.")
    ),
    "courtesy": Figure(
        gettext_lazy("Courtesies"), gettext_lazy("Courtesies that began in the month, at what they cost us.")
    ),
    "visit": Figure(
        gettext_lazy("Visits"),
        gettext_lazy("Work orders that a technician closed in the month, at the policy's cost of a visit."),
    ),
    "spent": Figure(
        gettext_lazy("Given in the month"),
        gettext_lazy(
            "Credits, courtesies and visits given in the month, in Bs; a case to which several were given is listed "
            "once."
        ),
    ),
    "courtesies_ended": Figure(
        gettext_lazy("Courtesies that ended"), gettext_lazy("Courtesies that ended in the month, as of today.")
    ),
    "courtesies_stayed": Figure(
        gettext_lazy("Stayed after the courtesy"),
        gettext_lazy("Of the courtesies that ended: the customer neither left nor asked to leave since."),
    ),
    "courtesies_asked": Figure(
        gettext_lazy("Asked to leave again after the courtesy"),
        gettext_lazy("Of the courtesies that ended: another case was opened at the customer's wish afterwards."),
    ),
    "courtesies_left": Figure(
        gettext_lazy("Left after the courtesy"),
        gettext_lazy(
            "Of the courtesies that ended: the product's termination was asked for since it began, or it ended without."
        ),
    ),
    "competitor_price": Figure(
        gettext_lazy("Competitors' prices beside ours"),
        gettext_lazy(
            "Cases opened in the month in which a competitor was named with its price; those without one are left out. "
            "Theirs: the mean of the prices told. Ours: the mean of what the affected products of the same cases cost "
            "together a month, as priced when the figures are made."
        ),
    ),
    "cost_per_save": Figure(
        gettext_lazy("Cost per surviving save"),
        gettext_lazy("Everything given to the cases judged in the month, saved or not, for each one saved."),
    ),
}

DIMENSIONS: dict[str, Words] = {
    "reason": gettext_lazy("Cause"),
    "branch": gettext_lazy("Branch of the procedure"),
    "offer": gettext_lazy("What was accepted"),
    "team": gettext_lazy("Retention team"),
    "center": gettext_lazy("Operations centre"),
    "zone": gettext_lazy("Zone"),
    "competitor": gettext_lazy("Competitor named"),
}
BRANCHES: dict[str, Words] = {
    "True": gettext_lazy("Repeated faults (steps 3 to 10)"),
    "False": gettext_lazy("No repeated faults (steps 11 to 14)"),
    "": gettext_lazy("Ended before the verdict"),
}


def reason(key: str) -> str:
    """The name of a reason, of a case or of a termination."""
    known = dict(Termination.Reason.choices) | dict(Reason.choices)
    return str(known.get(key, key))


def kind(key: str) -> str:
    """The name of what is offered, promised or given."""
    known = dict(Promise.Kind.choices) | dict(Offer.Kind.choices)
    return str(FIGURES[key].name if key == costs.VISITS else known.get(key, key))


def group(by: str, key: str, name: str = "") -> str:
    """The name of one value of a dimension; units and zones bring their own."""
    if name:
        return name
    if by == "branch":
        return str(BRANCHES.get(key, key))
    if not key:
        return {"offer": _("Nothing yet"), "competitor": _("None named")}.get(by, _("Not known"))
    return reason(key) if by == "reason" else kind(key)
