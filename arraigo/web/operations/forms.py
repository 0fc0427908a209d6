"""Forms of the operations centre."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.orders.models import Pause
from arraigo.people.models import Role, User
from arraigo.web.technician.forms import PhotoField

LONGEST_WAIT = dt.timedelta(days=30)
"""How far ahead a customer may ask for a visit: beyond it, the date is more likely a slip."""


def technicians(units: Sequence[int]) -> Any:
    """The technicians of the units, by name."""
    wanted = User.objects.filter(is_active=True, memberships__role=Role.TECHNICIAN, memberships__unit_id__in=units)
    return wanted.distinct().order_by("last_name", "username")


class AssignForm(forms.Form):
    technician = forms.ModelChoiceField(
        label=_("Technician"),
        queryset=User.objects.none(),
        empty_label=_("Choose…"),
        error_messages={
            "required": _("Choose the technician."),
            "invalid_choice": _("Choose a technician of your centre."),
        },
    )

    def __init__(self, units: Sequence[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["technician"]
        choice.queryset = technicians(units)


class HandOverForm(AssignForm):
    """Who gets the chosen orders. The browser must not ask for it: other buttons of the board do not need it."""

    use_required_attribute = False

    def __init__(self, units: Sequence[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(units, *args, **kwargs)
        choice: Any = self.fields["technician"]
        choice.empty_label = _("Technician…")

    def of(self, technicians: Iterable[User]) -> "HandOverForm":
        """The form to be shown, with the technicians of the centre, who are known already."""
        choice: Any = self.fields["technician"]
        choice.widget.choices = [("", choice.empty_label), *((each.pk, str(each)) for each in technicians)]
        return self


class PrintForm(AssignForm):
    """As HandOverForm, for a print that may also leave the orders with nobody."""

    def __init__(self, units: Sequence[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(units, *args, **kwargs)
        self.fields["technician"].required = False


class PauseForm(forms.Form):
    """Why the 24 hours stand still, with what proves it."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=Pause.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the 24 hours stand still.")},
    )
    photo = PhotoField(
        label=_("Photo of the absence"),
        help_text=_(
            "Customer absent: a new one. An absence that the technician records stops the 24 hours by itself, once."
        ),
        required=False,
    )
    words = forms.CharField(
        label=_("What the customer said"),
        help_text=_("Later time: in the customer's own words, and who took the call."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=800,
    )
    wanted_at = forms.DateTimeField(
        label=_("Time that the customer asked for"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": _("Write day and hour, for example 2026-03-11 15:30.")},
    )
    note = forms.CharField(label=_("Remark"), required=False, max_length=400)

    def __init__(self, allowed: Sequence[str], *args: Any, **kwargs: Any) -> None:
        """`allowed`: the reasons that the case's policy lets (`orders.queries.pause_reasons`)."""
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["reason"]
        choice.choices = [(code, label) for code, label in Pause.Reason.choices if code in allowed]

    def clean_wanted_at(self) -> dt.datetime | None:
        wanted: dt.datetime | None = self.cleaned_data["wanted_at"]
        if self.cleaned_data.get("reason") == Pause.Reason.ABSENT:
            return None  # left over from the other reason
        if wanted is not None and wanted <= clock.now():
            raise forms.ValidationError(_("That time has passed: write when the customer wants the visit."))
        if wanted is not None and wanted > clock.now() + LONGEST_WAIT:
            raise forms.ValidationError(
                _("That is more than %(days)s days away: look at the date, the 24 hours stand still until then.")
                % {"days": LONGEST_WAIT.days}
            )
        return wanted

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("reason") == Pause.Reason.LATER:
            if not cleaned.get("words"):
                self.add_error("words", _("Write what the customer said: the 24 hours stand still only for that."))
            if not cleaned.get("wanted_at") and "wanted_at" not in self.errors:
                self.add_error("wanted_at", _("Write for when the customer asked."))
        return cleaned
