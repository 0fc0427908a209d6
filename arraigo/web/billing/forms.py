"""Billing's one form."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it refused?"),
        help_text=_("The advisor tells the customer these words."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
