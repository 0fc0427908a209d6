"""The form of a message's text."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo.messages import texts
from arraigo.messages.errors import BadTemplate, SubjectMissing
from arraigo.messages.kinds import MOST, Kind, Text
from arraigo.messages.models import Channel


class TemplateForm(forms.Form):
    """Subject (e-mail only) and text with places in braces; whether the channel is used for this message."""

    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 9}), required=False, max_length=6000)
    enabled = forms.BooleanField(
        label=_("Use this channel for this message"),
        help_text=_("Without it the next channel of the message is taken."),
        required=False,
    )

    def __init__(self, kind: Kind, channel: Channel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.channel = kind, channel
        if channel != Channel.EMAIL:
            del self.fields["subject"]
        self.fields["body"].help_text = _("At most %(most)d characters with the places filled.") % {
            "most": MOST[channel]
        }

    def clean_subject(self) -> str:
        return self._with_good_places("subject")

    def clean_body(self) -> str:
        return self._with_good_places("body")

    def _with_good_places(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        try:
            texts.check_places(text, self.kind.places)
        except BadTemplate as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                texts.check(self.kind, self.channel, self.text())
            except BadTemplate as error:
                self.add_error("subject" if isinstance(error, SubjectMissing) else "body", str(error))
        return cleaned

    def text(self) -> Text:
        return Text(self.cleaned_data.get("subject", ""), self.cleaned_data.get("body", ""))

    def preview(self) -> Text:
        """The text with an example in every place."""
        return texts.filled(self.text(), self.kind.places)
