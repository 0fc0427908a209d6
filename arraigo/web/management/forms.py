"""Signing the evaluation, and a head's review."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EvaluationForm(forms.Form):
    findings = forms.CharField(
        label=_("Findings"),
        help_text=_("What the figures show, and why."),
        error_messages={"required": _("Write what the figures show: it is what is signed.")},
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
    )
    decisions = forms.CharField(
        label=_("Feedback and decisions"),
        help_text=_("What each unit should do from now on."),
        error_messages={"required": _("Write what is decided, or that all stays as it is.")},
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
    )
    reformulate = forms.BooleanField(label=_("The procedure should be reformulated"), required=False)


class ReviewForm(forms.Form):
    comment = forms.CharField(
        label=_("Your review of the indicator"),
        error_messages={"required": _("Write your review: what the indicator shows and what you will do.")},
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
    )
