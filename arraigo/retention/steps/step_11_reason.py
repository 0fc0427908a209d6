"""Step 11 (asesor comercial): analyses the request: compensation or better offer."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arraigo.engine.models import WorkItem
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention import choosing, options, reasons
from arraigo.retention.models import Reason, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step

DEMANDS = [
    ("compensation", _("Compensation")),
    ("courtesy", _("A promotion or courtesy")),
    ("transfer", _("Transfer of the service")),
    ("termination", _("Wants to leave all the same")),
]


class AnalysisForm(StepForm, reasons.ReasonForm):
    sources = {"reason": ("11",), "competitor": ("11:2",), "competitor_offer": ("11:2",), "demand": ("11:1", "11:2")}
    refreshes = "steps/evidence/options.html"
    demand = forms.ChoiceField(
        label=_("What the customer asks for"),
        help_text=_("Where the table allows only one way for the reason, that one is taken."),
        choices=DEMANDS,
        widget=forms.RadioSelect,
    )

    def prepare(self) -> None:
        case = self.case
        self.ask_reasons(self.policy)
        only = {"demand": "termination"} if case.reason == Reason.DEATH else {}
        self.initial = {**reasons.of_case(case), **only, **self.initial}
        for name in ("competitor", "competitor_offer"):
            choosing.needed_with(self.fields[name], "reason", Reason.BETTER_OFFER)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("reason") == Reason.BETTER_OFFER:
            self._ask_whose()
        return cleaned

    def panel(self) -> list[options.Option]:
        """What may be offered for the reason and the demand as they are chosen now."""
        return options.panel(self.case, self.item, self.policy, **self._chosen())

    def remark(self) -> str:
        """Where the table takes another way than what is asked for: which one, and why."""
        chosen = self._chosen()
        if not all(chosen.values()):
            return ""
        taken = self.policy.decide("offers", chosen)
        if taken.outputs["path"] == chosen["demand"]:
            return ""
        return gettext("The case takes another way than what is asked for: %(because)s") % {"because": taken.because}

    def _chosen(self) -> dict[str, str]:
        """Reason and demand as they are chosen now, "" for what is not."""
        clean = {} if not self.is_bound else self.cleaned_data
        return {name: clean.get(name, "") for name in ("reason", "demand")}

    def _ask_whose(self) -> None:
        if not self.cleaned_data.get("competitor") and "competitor" not in self.errors:
            self.add_error("competitor", _("Write which operator makes the better offer."))
        if not self.cleaned_data.get("competitor_offer") and "competitor_offer" not in self.errors:
            self.add_error("competitor_offer", _("Write what that operator offers."))


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {"offers": options.so_far(case)}


@step(
    "step_11",
    title=_("11. Analyse the request"),
    sources=("11", "11:1", "11:2"),
    form=AnalysisForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Classify the reason. Facts: `reason`, `demand`; the table `offers` chooses the way."""
    demand, told = run.data["demand"], reasons.said(run.data)
    for name, value in told.items():
        setattr(run.case, name, value)
    run.case.save(update_fields=list(told))
    data = {"demand": demand, "detail": told["reason_detail"], "competitor": run.case.better_offer}
    return StepResult(told["reason"], {"reason": told["reason"], "demand": demand}, data)
