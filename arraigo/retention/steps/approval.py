"""Amounts above the asesor's authority: the responsable or gerencia comercial approves, or not."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.messages import actions as messages
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention import answers, background
from arraigo.retention.models import Offer, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step


class ApprovalForm(StepForm):
    sources = {"approved": ("I.d",)}
    approved = forms.ChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Approve")), ("no", _("Do not approve"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    return {
        "offers": answers.accepted_offers(case.pk),
        "authority": policy.value("authority"),
        "review": background.review_shown(case, reader=actor),
    }


@step(
    "approve_03",
    "approve_03_management",
    "approve_12",
    "approve_12_management",
    title=_("Approve the amount"),
    sources=("I.d",),
    help=_(
        "Amounts above the advisor's authority are approved by the head of the team; above that one's, "
        "by commercial management."
    ),
    form=ApprovalForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Approve or refuse what was accepted. Fact: `approved`."""
    approved = run.data["approved"] == "yes"
    for offer in answers.accepted_offers(run.case.pk):
        offer.approval = Offer.Approval.APPROVED if approved else Offer.Approval.REFUSED
        offer.approval_reason = run.data["reason"]
        offer.approved_by, offer.approved_at = run.actor, clock.now()
        offer.save(update_fields=["approval", "approval_reason", "approved_by", "approved_at"])
        told = {"amount": str(offer.amount), "reason": run.data["reason"]}
        messages.notify(run.case.owner, f"offer.{offer.approval}", told, case_number=run.case.number)
    return StepResult("approved" if approved else "refused", {"approved": approved}, {"reason": run.data["reason"]})
