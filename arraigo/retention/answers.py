"""The customer's answer to an offer: the same three questions in steps 3, 12, 14 and the transfer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.money import ZERO
from arraigo.retention import firm_no
from arraigo.retention.models import Offer
from arraigo.retention.registry import StepForm, StepResult, StepRun


class AnswerForm(StepForm):
    """Ask whether the customer accepts; a refusal may be a firm "no"."""

    answer = forms.ChoiceField(
        label=_("Customer's answer"),
        choices=[
            (Offer.Answer.ACCEPTED, _("Accepts")),
            (Offer.Answer.REFUSED, _("Does not accept")),
        ],
        widget=forms.RadioSelect,
    )
    firm_no = forms.BooleanField(
        label=_("The customer said a firm no"),
        help_text=_("From here on the policy limits the further offers: leaving is never obstructed."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("firm_no") and cleaned.get("answer") == Offer.Answer.ACCEPTED:
            self.add_error("firm_no", _("An accepted offer is no firm no: clear one of the two."))
        return cleaned


def offer(run: StepRun, **fields: Any) -> Offer:
    """An unsaved offer of this step with the answer that the form holds."""
    return Offer(
        case=run.case,
        element=run.item.element,
        answer=run.data["answer"],
        firm_no=run.data["firm_no"],
        offered_at=clock.now(),
        offered_by=run.actor,
        **fields,
    )


def result(
    run: StepRun, offers: Sequence[Offer], *, amount: Decimal = ZERO, product_month: Decimal = ZERO
) -> StepResult:
    """The step's result: facts for the authority and further-offer tables, and the history's text.

    `amount` and `product_month`: of the product that asks for the highest authority, what it is offered and what
    its month is worth, in Bs.
    """
    before = run.item.instance.facts
    accepted = run.data["answer"] == Offer.Answer.ACCEPTED
    facts = {
        "accepted": accepted,
        "refusals": before.get("refusals", 0) + (not accepted),
        **firm_no.facts(run.case, before, said_now=run.data["firm_no"]),
        "offered_compensation": before.get("offered_compensation", False) or run.item.element == "step_12",
        "offered_courtesy": before.get("offered_courtesy", False) or run.item.element == "step_14",
        "amount": float(amount),
        "product_month": float(product_month),
    }
    told = [{"kind": each.kind, "product": each.product.number, "amount": str(each.amount)} for each in offers]
    return StepResult(run.data["answer"], facts, {"offers": told, "firm_no": run.data["firm_no"]})


def anew(*, had_courtesy: bool) -> dict[str, Any]:
    """The facts with which a conversation of its own begins: nothing was offered in it yet. A case has one courtesy:
    where it had it, none is left to offer."""
    return {"refusals": 0, "offered_compensation": False, "offered_courtesy": had_courtesy}


def accepted_offers(case_id: int) -> list[Offer]:
    """Accepted credits of the case that no billing claim carries out yet, not refused by an approver."""
    return list(_to_carry_out(case_id).select_related("product__offering").order_by("id"))


def wait_for_approval(case_id: int) -> None:
    """What was just accepted is above the advisor's authority: somebody approves it first."""
    _to_carry_out(case_id).update(approval=Offer.Approval.WAITING)


def give_up(case_id: int) -> None:
    """What was accepted, but not carried out yet, when the customer insisted on leaving is no answer any more.

    Nor is what was claimed: its claim, which billing had not applied, ended with the insistence.
    """
    asked = When(approval=Offer.Approval.WAITING, then=Value(Offer.Approval.NOT_NEEDED))
    undone = _agreed(case_id).filter(Q(claim=None) | Q(claim__state=BillingClaim.State.CANCELLED))
    undone.update(answer=Offer.Answer.REFUSED, approval=Case(asked, default=F("approval")))


def _to_carry_out(case_id: int) -> QuerySet[Offer]:
    return _agreed(case_id).filter(claim=None)


def _agreed(case_id: int) -> QuerySet[Offer]:
    """Accepted credits that no approver refused."""
    kinds = [Offer.Kind.BILL_WAIVER, Offer.Kind.COMPENSATION]
    agreed = Offer.objects.filter(case_id=case_id, answer=Offer.Answer.ACCEPTED, kind__in=kinds)
    return agreed.exclude(approval=Offer.Approval.REFUSED)
