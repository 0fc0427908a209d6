"""Step 11 (asesor comercial): analyses the request: compensation or better offer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention.models import Reason, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step

DEMANDS = [
    ("compensation", _("Compensation")),
    ("courtesy", _("A promotion or courtesy")),
    ("transfer", _("Transfer of the service")),
    ("termination", _("Wants to leave all the same")),
]


class ReasonForm(StepForm):
    reason = forms.ChoiceField(label=_("Why the customer wants to leave"), choices=Reason.choices)
    demand = forms.ChoiceField(
        label=_("What the customer asks for"),
        help_text=_("Where the table allows only one way for the reason, that one is taken."),
        choices=DEMANDS,
        widget=forms.RadioSelect,
    )
    competitor = forms.CharField(
        label=_("What the competitor offers"),
        help_text=_("Operator, offer and price, if it is a better offer."),
        required=False,
        max_length=160,
    )

    def prepare(self) -> None:
        self.fields["reason"].initial = self.case.reason

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("reason") == Reason.BETTER_OFFER and not cleaned.get("competitor"):
            self.add_error("competitor", _("Write which operator offers what, and at what price."))
        return cleaned


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {"offers": list(case.offers.select_related("product__offering").order_by("id"))}


@step(
    "step_11",
    title=_("11. Analyse the request"),
    help=_(
        "Analyse the request: if the customer demands compensation, offer it; if the customer leaves for "
        "a competitor's better offer, grant a courtesy."
    ),
    form=ReasonForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Classify the reason. Facts: `reason`, `demand`; the table `offers` chooses the way."""
    reason, demand = run.data["reason"], run.data["demand"]
    run.case.reason = reason
    run.case.competitor = run.data["competitor"]
    run.case.save(update_fields=["reason", "competitor"])
    return StepResult(reason, {"reason": reason, "demand": demand}, {"demand": demand})
