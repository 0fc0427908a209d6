"""Forms of the administrator."""

from django import forms
from django.utils.translation import gettext_lazy as _


def date_input() -> forms.DateInput:
    """The browser's own date field; it speaks ISO whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class HolidayForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=date_input())
    name = forms.CharField(label=_("Name"), max_length=120)


class SettleForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("What is right?"),
        choices=[
            ("resend", _("It did not arrive: send it again")),
            ("applied", _("It was applied on the other side: close it as delivered")),
            ("dropped", _("It is not needed any more: close it as cancelled")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("How do you know?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=400,
    )

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        if cleaned.get("decision") in ("applied", "dropped") and not cleaned.get("note"):
            self.add_error("note", _("Write how you know it: the history keeps it."))
        return cleaned


class ClockForm(forms.Form):
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=120, initial=0)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=240, initial=0)

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["days"] and not cleaned["hours"]:
            self.add_error("days", _("Write by how much the clock moves."))
        return cleaned
