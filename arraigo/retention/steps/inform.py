"""Not eligible (asesor comercial): the customer is told why; leaves, or the fault is repaired ordinarily."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention import incidents
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.retention.steps import override


class InformForm(StepForm):
    wish = forms.ChoiceField(
        label=_("After being told why, the customer"),
        choices=[
            ("termination", _("wants to leave: the termination is registered")),
            ("incident", _("stays: the fault is repaired as an ordinary incident")),
        ],
        widget=forms.RadioSelect,
    )

    def prepare(self) -> None:
        if not incidents.to_repair(self.case, self.policy):
            leaves, _stays = self.base_fields["wish"].choices  # type: ignore[attr-defined]
            stays = ("incident", _("stays as things are: there is no fault to repair"))
            self.fields["wish"].choices = [leaves, stays]  # type: ignore[attr-defined]


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    denied = case.overrides.filter(granted=False).select_related("by").order_by("-id").first()
    return {**override.evidence(case, item, policy, actor), "denied": denied}


@step(
    "inform",
    title=_("Tell the customer why there is no offer"),
    sources=("1.1",),
    help=_(
        "The customer is told why. A fault is still repaired as an ordinary incident, and a termination is still taken."
    ),
    form=InformForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Fact: `wants_termination`. Who stays gets an ordinary incident per product with a fault, with its promise."""
    if run.data["wish"] == "termination":
        return StepResult("termination", {"wants_termination": True})
    tickets = incidents.promise_repairs(run.case, run.policy, actor=run.actor)
    return StepResult("incident", {"wants_termination": False}, {"tickets": [ticket.number for ticket in tickets]})
