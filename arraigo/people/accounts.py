"""How allauth behaves here: accounts are made by administrators, nobody signs up.

It carries the second factor and the sign-in with the organisation's own provider (OpenID Connect).
"""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arraigo.eventlog.actions import record
from arraigo.people import queries
from arraigo.people.models import User

SAID = {
    "mfa/messages/totp_activated.txt": gettext_lazy("The second step is on. Keep the recovery codes in a safe place."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The second step is off."),
}
"""What is told of allauth's doings; of all else nothing."""


def refusal(user: User) -> str:
    """Why `user` may not sign in at all, in a sentence; "" where they may."""
    if not user.is_active:
        return _("This account is closed: ask an administrator.")
    if settings.PRODUCTION and user.is_demo:
        return _("Demo accounts do not work in production.")
    return ""


def _to_sign_in(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("login")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        sentence = refusal(user)
        return _to_sign_in(request, sentence) if sentence else None

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template in SAID:
            messages.add_message(request, level, SAID[message_template])


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who comes from the provider for the first time gets the account with the same, verified e-mail address."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        addresses = [each.email for each in sociallogin.email_addresses if each.verified]
        user = queries.only_one_with(addresses)
        if user is None:
            self._refuse(
                request,
                _("No account has your e-mail address %(address)s: ask an administrator to enter it in yours.")
                % {"address": ", ".join(addresses) or "—"},
            )
        sociallogin.connect(request, user)
        record("user.provider_joined", user, actor=user, data={"username": user.username})

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        self._refuse(request, _("The sign-in with %(provider)s did not succeed.") % {"provider": provider.name})

    def _refuse(self, request: HttpRequest, sentence: str) -> NoReturn:
        raise ImmediateHttpResponse(_to_sign_in(request, sentence))
