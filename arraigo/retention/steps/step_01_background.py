"""Step 1 (asesor comercial): receives the customer and reviews the background (1.1, 1.2)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention import background
from arraigo.retention.models import BackgroundReview, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step


class BackgroundForm(StepForm):
    note = forms.CharField(
        label=_("Remark"),
        help_text=_("What else matters about this customer; leave empty if nothing does."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    """The verdict, and what the two lights were judged on: the look at the listings is logged by `background`."""
    found = background.of(case.customer, policy, reader=actor, reason=case.number)
    return {"background": found, "standing": found.standing, "looked_at": clock.now()}


@step(
    "step_01",
    title=_("1. Receive the customer and review the background"),
    sources=("1", "1.1", "1.2"),
    form=BackgroundForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Keep what the customer was judged on. Facts: the two lights, category, average billing (Bs)."""
    found = background.of(run.case.customer, run.policy, reader=run.actor, reason=run.case.number)
    BackgroundReview.objects.create(
        case=run.case,
        withdrawn_for_arrears=found.withdrawn_for_arrears,
        credit_listed=found.credit_listed,
        category=found.category,
        average_billing=found.average_billing,
        debt=found.debt,
        eligible=found.eligible,
        vip=found.vip,
        because=found.because,
        at=clock.now(),
        by=run.actor,
    )
    return StepResult("reviewed", found.facts(), {**_told(found), "note": run.data["note"]})


def _told(found: background.Background) -> dict[str, Any]:
    """What the history keeps of a background: its scalars, amounts as text."""
    told = {name: value for name, value in vars(found).items() if name != "standing"}
    return told | {"average_billing": str(found.average_billing), "debt": str(found.debt)}
