"""Signing the evaluation, and a head's review."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EvaluationForm(forms.Form):
    findings = forms.CharField(
        label=_("Findings"),
        help_text=_("What the figures show, and why."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
    )
    decisions = forms.CharField(
        label=_("Feedback and decisions"),
        help_text=_("What each unit should do from now on."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
    )
    reformulate = forms.BooleanField(label=_("The procedure should be reformulated"), required=False)


class ReviewForm(forms.Form):
    comment = forms.CharField(
        label=_("Your review of the indicator"), widget=forms.Textarea(attrs={"rows": 4}), max_length=8000
    )
