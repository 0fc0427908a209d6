"""Signing in and the own account."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


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
