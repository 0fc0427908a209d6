"""Forms of a desk."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.people.models import User
from arraigo.workdays import queries as workdays

HOUR = dt.timedelta(hours=1)
OPENS, CLOSES = 9, 19
"""Hours of the day between which a call is proposed; any other may be written."""


class CallbackForm(forms.Form):
    """When to call the customer back, and about what."""

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
        self.fields["due_at"].initial = _next_hour(clock.local(clock.now()))


def _next_hour(now: dt.datetime) -> dt.datetime:
    """The next full hour in which a customer may be called: of a business day, in the office's hours."""
    soon = (now + HOUR).replace(minute=0, second=0, microsecond=0)
    day = soon.date() if soon.hour < CLOSES else soon.date() + dt.timedelta(days=1)
    called = workdays.next_business_day(day)
    if called == soon.date():
        return soon.replace(hour=max(soon.hour, OPENS))
    return soon.replace(year=called.year, month=called.month, day=called.day, hour=OPENS)


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=_("What came of the call"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )


class HandOverForm(forms.Form):
    """Which colleague takes the case over, and whether with all the others."""

    to = forms.ModelChoiceField(label=_("Colleague"), queryset=User.objects.none(), empty_label=_("Choose…"))
    every = forms.BooleanField(
        label=_("All open cases of this advisor in the team, not only this one"),
        help_text=_("Open tasks, calls to make and what is typed but not sent go along."),
        required=False,
    )

    def __init__(self, colleagues: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["to"]
        choice.queryset = colleagues
