"""Recording a call."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AttemptForm(forms.Form):
    reached = forms.ChoiceField(
        label=_("Did the customer answer?"),
        choices=[("no", _("Not reached")), ("yes", _("Reached"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Remark"),
        help_text=_("Who answered, or what was heard."),
        required=False,
        max_length=400,
    )
