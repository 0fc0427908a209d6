"""What a form says where nothing was chosen: "this field is required" is for what is written."""

from django import forms
from django.utils.translation import gettext_lazy as _


def say_choose(form: forms.Form) -> None:
    """Let the required choices of `form` ask for a choice."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.CheckboxSelectMultiple):
            field.error_messages["required"] = _("Mark at least one.")
        elif isinstance(field.widget, forms.RadioSelect):
            field.error_messages["required"] = _("Choose one of them.")
