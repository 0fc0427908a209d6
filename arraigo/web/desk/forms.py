"""Forms of a desk."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.people.models import User


class CallbackForm(forms.Form):
    """When to call the customer back, and about what."""

    required_css_class = "required"

    due_at = forms.DateTimeField(
        label=_("Call at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
    )
    note = forms.CharField(
        label=_("What about"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        soon = clock.local(clock.now() + dt.timedelta(hours=1))
        self.fields["due_at"].initial = soon.replace(minute=0, second=0, microsecond=0)


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=_("What came of the call"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )


class HandOverForm(forms.Form):
    """Which colleague takes the case over, and whether with all the others."""

    required_css_class = "required"

    to = forms.ModelChoiceField(label=_("Colleague"), queryset=User.objects.none())
    every = forms.BooleanField(
        label=_("All open cases of this advisor in the team, not only this one"),
        help_text=_("Open tasks, calls to make and what is typed but not sent go along."),
        required=False,
    )

    def __init__(self, colleagues: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["to"]
        choice.queryset = colleagues
