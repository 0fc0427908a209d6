"""What a form asks for with its choices, and says where nothing was chosen."""

from django import forms
from django.utils.translation import gettext_lazy as _


def needed_with(field: forms.Field, other: str, value: str) -> None:
    """Mark `field`, optional by itself, as demanded where the choice of the field `other` is `value`."""
    field.needed_with = {"name": other, "value": value}  # type: ignore[attr-defined]


def say_choose(form: forms.Form) -> None:
    """Let the required choices of `form` ask for a choice."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.CheckboxSelectMultiple):
            field.error_messages["required"] = _("Mark at least one.")
        elif isinstance(field.widget, forms.RadioSelect):
            field.error_messages["required"] = _("Choose one of them.")
