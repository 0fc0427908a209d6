"""Why a customer wants to leave, as a tree from the policy: reason and detail; and whose offer is better."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo.money import AmountField
from arraigo.procedure.policy import Policy
from arraigo.retention.models import Reason, RetentionCase

MOST_PRICE = 100_000


def details(policy: Policy, reason: str) -> dict[str, str]:
    """The details of `reason` by code, in the policy's order; a policy without names gives its codes."""
    found = policy.value(f"reason.{reason}", {}).get("details", {})
    return (
        {str(code): str(name) for code, name in found.items()} if isinstance(found, Mapping) else {c: c for c in found}
    )


def detail_name(policy: Policy, reason: str, detail: str) -> str:
    """What the policy calls `detail`; the code itself where it is not in this version, "" for none."""
    return details(policy, reason).get(detail, detail)


def tree(policy: Policy) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of a detail, grouped by reason: values are `reason:detail`."""
    return [
        (str(label), [(f"{code}:{detail}", name) for detail, name in named.items()])
        for code, label in Reason.choices
        if (named := details(policy, code))
    ]


class ReasonForm(forms.Form):
    """The reason with its detail, and the competitor's offer: operator, what, price in Bs a month.

    A form of its own, mixed into the opening of a case and into step 11.
    """

    reason = forms.ChoiceField(label=_("Why the customer wants to leave"), choices=Reason.choices)
    reason_detail = forms.ChoiceField(label=_("More exactly"), required=False)
    competitor = forms.CharField(label=_("Operator of the better offer"), required=False, max_length=60)
    competitor_offer = forms.CharField(
        label=_("What it offers"),
        help_text=_("Speed, channels, months without cost: as the customer tells it."),
        required=False,
        max_length=160,
    )
    competitor_price = AmountField(
        label=_("Its price a month, in Bs"), required=False, min_value=0, max_value=MOST_PRICE
    )

    def ask_reasons(self, policy: Policy) -> None:
        """Fill the choices that come from the policy."""
        choice: Any = self.fields["reason_detail"]
        choice.choices = [("", _("No detail")), *tree(policy)]
        self.operators = [str(name) for name in policy.value("competitor.operators", [])]
        self.fields["competitor"].widget.attrs.update({"list": "competitor-operators", "autocomplete": "off"})

    def clean_reason_detail(self) -> str:
        """The detail's code; it must be one of the reason that was chosen."""
        text: str = self.cleaned_data["reason_detail"]
        reason, _colon, detail = text.partition(":")
        if text and reason != self.cleaned_data.get("reason"):
            raise ValidationError(_("This detail belongs to another reason: choose one of the reason above."))
        return detail

    def clean_competitor(self) -> str:
        """The operator, spelled as the policy spells it where it knows it: figures add up by name."""
        text = " ".join(self.cleaned_data["competitor"].split())
        return next((name for name in self.operators if name.casefold() == text.casefold()), text)


def said(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a case that clean answers of `ReasonForm` give."""
    names = ("reason", "reason_detail", "competitor", "competitor_offer", "competitor_price")
    return {name: data[name] for name in names}


def of_case(case: RetentionCase) -> dict[str, Any]:
    """What `ReasonForm` begins with: what is known of the case."""
    detail = f"{case.reason}:{case.reason_detail}" if case.reason_detail else ""
    return {**said(vars(case)), "reason_detail": detail}
