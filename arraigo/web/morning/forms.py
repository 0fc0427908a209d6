"""What came of a call."""

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.retention.models import ProactiveCall


class CallForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[each for each in ProactiveCall.Outcome.choices if each[0] != ProactiveCall.Outcome.CALLING],
        error_messages={"required": _("Choose what came of the call.")},
    )
    note = forms.CharField(
        label=_("What the customer said"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
