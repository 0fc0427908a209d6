"""Not eligible (asesor comercial): the customer is told why; leaves, or the fault is repaired ordinarily."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.people.models import Role
from arraigo.retention import promises
from arraigo.retention.models import Promise
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.retention.steps.override import evidence


class InformForm(StepForm):
    wish = forms.ChoiceField(
        label=_("After being told why, the customer"),
        choices=[
            ("termination", _("wants to leave: the termination is registered")),
            ("incident", _("stays: the fault is repaired as an ordinary incident")),
        ],
        widget=forms.RadioSelect,
    )


@step(
    "inform",
    title=_("Tell the customer why there is no offer"),
    help=_(
        "The customer is told why. A fault is still repaired as an ordinary incident, and a termination is still taken."
    ),
    form=InformForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Fact: `wants_termination`."""
    leaves = run.data["wish"] == "termination"
    if not leaves:
        promises.promise(
            run.case,
            Promise.Kind.INCIDENT,
            values={"product": ", ".join(str(product) for product in run.case.products.all())},
            role=Role.OPERATIONS_SUPERVISOR,
            due_at=clock.now() + dt.timedelta(hours=run.policy.integer("visit.incident_hours")),
        )
    return StepResult(run.data["wish"], {"wants_termination": leaves})
