"""Billing's forms."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.terminations.errors import ExecutedOutOfTime
from arraigo.terminations.models import Termination
from arraigo.web.administration.forms import date_input

PAID_WITHIN = 20
"""Days from the issue that are proposed for paying."""
LONGEST = 90
"""Days from the issue that are taken at most."""


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it refused?"),
        help_text=_("The advisor tells the customer these words."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )


class ExecutionForm(forms.Form):
    """The day on which a product was switched off, and what of its equipment was given back."""

    on = forms.DateField(label=_("Switched off on"), widget=date_input())
    returned = forms.MultipleChoiceField(
        label=_("What the customer gave back"),
        help_text=_("What stays unticked is noted as not returned; the termination is executed all the same."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, termination: Termination, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.termination = termination
        self.initial = {"on": clock.today()}
        if termination.return_items:
            choice: Any = self.fields["returned"]
            choice.choices = [(item, item) for item in termination.return_items]
        else:
            del self.fields["returned"]

    def clean_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["on"]
        requested_at = self.termination.requested_at
        if day > clock.today() or (requested_at and day < clock.local(requested_at).date()):
            raise ValidationError(str(ExecutedOutOfTime(self.termination.number, day)))
        return day


class ReturnForm(forms.Form):
    """What came back after a termination was executed."""

    items = forms.MultipleChoiceField(label=_("What the customer gave back"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, termination: Termination, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["items"]
        choice.choices = [(item, item) for item in termination.not_noted]


class IssueForm(forms.Form):
    """The dates that the issued bills of a month bear."""

    issued_on = forms.DateField(label=_("Date of issue"), widget=date_input())
    due_on = forms.DateField(label=_("To be paid by"), widget=date_input())

    def __init__(self, month: dt.date, *args: Any) -> None:
        super().__init__(*args)
        self.month = month
        self.initial = {"issued_on": clock.today(), "due_on": clock.today() + dt.timedelta(days=PAID_WITHIN)}

    def clean_issued_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["issued_on"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        if day < self.month:
            raise ValidationError(_("It lies before the month that is billed."))
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        issued_on, due_on = data.get("issued_on"), data.get("due_on")
        if issued_on and due_on and due_on < issued_on:
            self.add_error("due_on", _("It lies before the date of issue: write a later day."))
        elif issued_on and due_on and due_on > issued_on + dt.timedelta(days=LONGEST):
            said = _("It lies more than %(days)s days after the date of issue: look at the year.") % {"days": LONGEST}
            self.add_error("due_on", said)
        return data
