"""The second step of signing in (TOTP and recovery codes) and the organisation's own provider: allauth's views,
behind our guard and under the same lock-out as the password.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.account.internal.stagekit import unstash_login
from allauth.mfa import signals
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount.providers.openid_connect import views as provider
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

from arraigo.eventlog.actions import record
from arraigo.people.models import User
from arraigo.web.access import View, staff


def _guarded(view: View) -> View:
    """A view of allauth for everybody signed in; a function of its own, that carries our mark."""

    def own(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return staff()(own)


index = _guarded(mfa.index)
activate = _guarded(totp.activate_totp)
deactivate = _guarded(totp.deactivate_totp)
recovery_codes = _guarded(codes.view_recovery_codes)
new_recovery_codes = _guarded(codes.generate_recovery_codes)
recovery_codes_file = _guarded(codes.download_recovery_codes)
password_again = _guarded(account.reauthenticate)
code_again = _guarded(mfa.reauthenticate)


def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The code after the password. An account that is locked stays so, whatever the code."""
    login = unstash_login(request, peek=True)
    if login and login.user and not AxesProxyHandler.is_allowed(request, _credentials(login.user)):
        locked: HttpResponse = get_lockout_response(request, credentials=_credentials(login.user))
        return locked
    answer: HttpResponse = mfa.authenticate(request)
    return answer


def _credentials(user: User) -> dict[str, str]:
    return {"username": user.get_username()}


@receiver(signals.authentication_failed)
def count_failure(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A wrong code counts as a wrong password does."""
    user_login_failed.send(__name__, credentials=_credentials(user), request=request)


def _noted(done: str) -> Callable[..., None]:
    def note(user: User, authenticator: Any, **kwargs: Any) -> None:
        told = {"username": user.username, "type": authenticator.type, "done": done}
        record("user.second_factor", user, actor=user, data=told)

    return note


NOTED = {
    signals.authenticator_added: _noted("added"),
    signals.authenticator_removed: _noted("removed"),
    signals.authenticator_reset: _noted("renewed"),
}
for signal, note in NOTED.items():
    signal.connect(note)


def provider_sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider's own page; back to the sign-in with a sentence where it does not answer."""
    return _asked(request, lambda: provider.login(request, provider_id))


def provider_answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends people back to."""
    return _asked(request, lambda: provider.callback(request, provider_id))


def _asked(request: HttpRequest, ask: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return ask()
    except (RequestException, KeyError):
        messages.error(request, _("The provider does not answer as it should: sign in with user name and password."))
        return redirect("login")
