"""Signing in and the own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo.messages.models import NoticeChoice
from arraigo.messages.sentences import GROUPS
from arraigo.people.models import User


class SignInForm(AuthenticationForm):
    """User name and password; demo accounts are refused in production."""

    error_messages = {
        "invalid_login": _(
            "User name and password do not match. Mind capitals; after several failures the "
            "account is locked for a while."
        ),
        "inactive": _("This account is closed: ask an administrator."),
        "demo": _("Demo accounts do not work in production."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if settings.PRODUCTION and user.is_demo:
            raise ValidationError(self.error_messages["demo"], code="demo")


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
