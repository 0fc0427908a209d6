"""Not eligible (responsable de equipo): lets the customer be offered something all the same, or not."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention import background
from arraigo.retention.models import Override, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step


class OverrideForm(StepForm):
    sources = {"granted": ("1.1",)}
    granted = forms.ChoiceField(
        label=_("May this customer be offered something?"),
        choices=[("yes", _("Yes, I authorise it")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {"review": background.review_shown(case, reader=actor)}


@step(
    "override",
    title=_("Authorise an offer to an ineligible customer"),
    sources=("1.1",),
    help=_(
        "A customer with a product withdrawn for arrears or listed in the Central de Riesgos is offered "
        "nothing unless the head of the team authorises it with a reason."
    ),
    form=OverrideForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Record the decision. Fact: `override_granted`."""
    granted = run.data["granted"] == "yes"
    Override.objects.create(case=run.case, granted=granted, reason=run.data["reason"], at=clock.now(), by=run.actor)
    return StepResult("granted" if granted else "denied", {"override_granted": granted}, {"reason": run.data["reason"]})
