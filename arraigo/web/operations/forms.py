"""Forms of the operations centre."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.orders.models import Pause
from arraigo.people.models import Role, User


def technicians(units: Sequence[int]) -> Any:
    """The technicians of the units, by name."""
    wanted = User.objects.filter(is_active=True, memberships__role=Role.TECHNICIAN, memberships__unit_id__in=units)
    return wanted.distinct().order_by("last_name", "username")


class PrintForm(forms.Form):
    technician = forms.ModelChoiceField(
        label=_("Technician"),
        help_text=_("Leave empty to print without assigning."),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Print only"),
    )

    def __init__(self, units: Sequence[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["technician"]
        choice.queryset = technicians(units)


class AssignForm(forms.Form):
    technician = forms.ModelChoiceField(label=_("Technician"), queryset=User.objects.none())

    def __init__(self, units: Sequence[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["technician"]
        choice.queryset = technicians(units)


class PauseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=Pause.Reason.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("Evidence"),
        help_text=_("Who called whom and when, or what the photo shows: the 24 hours stop only for evidence."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
