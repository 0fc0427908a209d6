"""Signing in and the own account."""

from typing import Any

from allauth.account.forms import ReauthenticateForm as AllauthPasswordForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthCodeForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthCodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthFirstCodeForm
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo.messages.models import NoticeChoice
from arraigo.messages.sentences import GROUPS
from arraigo.people.accounts import refusal
from arraigo.people.models import User
from arraigo.records import LARGEST_KEY


class SignInForm(AuthenticationForm):
    """User name and password; demo accounts are refused in production."""

    error_messages = {
        "invalid_login": _(
            "User name and password do not match. Mind capitals; after several failures the "
            "account is locked for a while."
        ),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if sentence := refusal(user):
            raise ValidationError(sentence, code="refused")


class PasswordForm(PasswordChangeForm):
    """Change of password. The page holds more than that: it begins at its top, which matters on a phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        # Django's Spanish can be read as asking for the old one.
        self.fields["new_password2"].help_text = _("The new password once more, against slips.")


def _code_field(help_text: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True})
    return forms.CharField(label=_("Code"), help_text=help_text, max_length=32, widget=widget)


WRONG_CODE = _("This code is not right: take the one that the application shows now.")


class _SaysWhichCode:
    """A wrong code in our words."""

    def clean_code(self) -> str:
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError as error:
            raise ValidationError(WRONG_CODE, code="incorrect_code") from error


class CodeForm(_SaysWhichCode, AllauthCodeForm):  # type: ignore[misc]
    """The second step of signing in."""

    code = _code_field(_("The six digits of your application, or one of your recovery codes."))


class CodeAgainForm(_SaysWhichCode, AllauthCodeAgainForm):  # type: ignore[misc]
    """The second step once more, before something that matters."""

    code = _code_field(_("The six digits of your application, or one of your recovery codes."))


class FirstCodeForm(_SaysWhichCode, AllauthFirstCodeForm):  # type: ignore[misc]
    """The code that shows that the application has the key."""

    code = _code_field(_("The six digits that the application shows."))


class PasswordAgainForm(AllauthPasswordForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def clean_password(self) -> str:
        try:
            return str(super().clean_password())
        except ValidationError as error:
            raise ValidationError(_("This is not your password.")) from error


class NewestForm(forms.Form):
    """The newest notice that was shown."""

    newest = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)


class NoticeChoiceForm(forms.Form):
    """Groups of notices that also come by e-mail; all of them where nothing was chosen yet."""

    wanted = forms.MultipleChoiceField(
        label=_("By e-mail too"),
        choices=[(group, name) for group, (name, _kinds) in GROUPS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    at_any_hour = forms.BooleanField(
        label=_("At any hour"),
        help_text=_("Otherwise e-mails wait for the working hours; in Arraigo the notices are there at once."),
        required=False,
    )

    @classmethod
    def of(cls, user: User) -> "NoticeChoiceForm":
        """The form with what `user` chose."""
        chosen = NoticeChoice.objects.filter(user=user).first() or NoticeChoice()
        wanted = [group for group in GROUPS if group not in chosen.unwanted]
        return cls(initial={"wanted": wanted, "at_any_hour": chosen.at_any_hour})

    def choice(self) -> dict[str, Any]:
        """What `messages.actions.choose_notices` takes."""
        wanted = set(self.cleaned_data["wanted"])
        return {
            "unwanted": [group for group in GROUPS if group not in wanted],
            "at_any_hour": self.cleaned_data["at_any_hour"],
        }
