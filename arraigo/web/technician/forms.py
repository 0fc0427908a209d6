"""Forms of the technician's phone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.fieldwork import pictures
from arraigo.records import RuleBroken

CAMERA = {"accept": "image/*", "capture": "environment", "data-photo": ""}


class PhotoField(forms.FileField):
    """A photo from the camera; clean, it is the picture's bytes."""

    widget = forms.FileInput(attrs=CAMERA)

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        try:
            return pictures.uploaded(super().clean(data, initial))
        except RuleBroken as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class AbsentForm(forms.Form):
    photo = PhotoField(
        label=_("Photo of the door"),
        help_text=_("It proves that you were there; the 24 hours stand still from now."),
        error_messages={"required": _("Take a photo of the door: without it the 24 hours go on.")},
    )
    note = forms.CharField(
        label=_("What you tried"),
        help_text=_("Bell, call, neighbour: with the hour."),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
