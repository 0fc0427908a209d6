"""What both controls ask and how they are decided (steps 9 and 10)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.messages import actions as messages
from arraigo.procedure.policy import Policy
from arraigo.quality import actions as quality
from arraigo.quality.models import QualityControl
from arraigo.retention import cancellations, controls
from arraigo.retention.registry import StepForm, StepResult, StepRun


class ControlForm(StepForm):
    """The customer's answer. Not reached is only a verdict after the attempts that the policy asks for."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[
            (QualityControl.Verdict.PASSED, _("Passed: everything works")),
            (QualityControl.Verdict.FAILED, _("Failed: the problem goes on")),
            (QualityControl.Verdict.NOT_REACHED, _("Not reached, after the attempts of the procedure")),
        ],
        widget=forms.RadioSelect,
    )
    satisfaction = forms.TypedChoiceField(
        label=_("Satisfaction, from 1 to 5"),
        choices=[("", "—"), *((n, n) for n in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    answer = forms.CharField(
        label=_("What the customer says"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("verdict") == QualityControl.Verdict.FAILED and not cleaned.get("answer"):
            self.add_error("answer", _("Write what still fails: whoever takes the case again needs it."))
        return cleaned


def pending(case_number: str, kind: str) -> QualityControl:
    """The case's control of `kind` that is to be decided now, with its order."""
    return (
        QualityControl.objects.filter(case_number=case_number, kind=kind, verdict=QualityControl.Verdict.PENDING)
        .select_related("work_order")
        .latest("id")
    )


def decide(run: StepRun, kind: str, *, failed_fact: str, found: dict[str, Any], verdict: str) -> StepResult:
    """Decide the control with what was looked up in `found`; a failed one tells the case's owner."""
    control = pending(run.case.number, kind)
    quality.decide(
        control,
        verdict=verdict,
        facts=found,
        answer=run.data["answer"],
        satisfaction=run.data["satisfaction"],
        attempts_needed=run.policy.integer("control.attempts"),
        windows=run.policy.value("control.windows"),
        windows_needed=run.policy.integer("control.different_windows"),
        actor=run.actor,
    )
    failed = verdict == QualityControl.Verdict.FAILED
    facts: dict[str, Any] = {failed_fact: failed}
    if failed:
        facts["reopened"] = True
        run.case.reopened += 1
        run.case.save(update_fields=["reopened"])
        cancellations.of_visit(run.case, actor=run.actor)
        messages.notify(run.case.owner, "control.failed", {"kind": kind}, case_number=run.case.number)
    return StepResult(verdict, facts, {"control": kind, "verdict": verdict, "found": found})


def evidence_of(case_number: str, kind: str, policy: Policy) -> dict[str, Any]:
    """What the caller should know before the call, the attempts so far and how many the policy asks for."""
    control = pending(case_number, kind)
    order = control.work_order
    return {
        "control": control,
        "attempts": list(control.attempts.select_related("by")),
        "order": order,
        "new_faults": controls.new_faults(order),
        "products": list(order.products.select_related("offering")),
        "phones": list(order.customer.phones.order_by("-is_contact", "id")),
        "attempts_needed": policy.integer("control.attempts"),
        "windows": policy.value("control.windows"),
        "windows_needed": policy.integer("control.different_windows"),
    }
