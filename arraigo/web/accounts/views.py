"""Signing in and out, the own account, notices."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import perform_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from arraigo.messages import actions as notices
from arraigo.messages import queries as notice_queries
from arraigo.orders import queries as orders
from arraigo.people import actions as people
from arraigo.people.models import Role
from arraigo.web import lists, nav, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.accounts.forms import NewestForm, NoticeChoiceForm, PasswordForm, SignInForm
from arraigo.web.accounts.lists import NOTICES

IN_THE_BELL, ON_THE_PHONE = 8, 100
"""How many notices are shown at once."""


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right: on to the second step where the account has one, else in."""
        url = self.get_success_url()
        answer: HttpResponse = perform_login(self.request, form.get_user(), email_verification="none", redirect_url=url)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        return {**super().get_context_data(**kwargs), "providers": apps}


@require_GET
@staff()
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the role: its tray, or what stands in its place."""
    return redirect(nav.home(user_of(request)))


@require_http_methods(["GET", "POST"])
@staff()
def account(request: HttpRequest) -> HttpResponse:
    """The own name, roles and units; change of password."""
    user = user_of(request)
    form = PasswordForm(user, request.POST or None)
    if form.is_valid():
        people.set_password(user, form.cleaned_data["new_password1"], actor=user)
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password was changed."))
        return redirect("account")
    status = 400 if form.is_bound else 200
    context = {"form": form, "choice": NoticeChoiceForm.of(user), "second_factor": is_mfa_enabled(user)}
    return render(request, "accounts/account.html", context, status=status)


@posted
@staff()
def choose_notices(request: HttpRequest) -> HttpResponse:
    """Which notices also come by e-mail, and at which hours."""
    form = NoticeChoiceForm(request.POST)
    if form.is_valid():
        notices.choose_notices(user_of(request), **form.choice())
        messages.success(request, _("Your choice is kept."))
    else:
        messages.error(request, _("Choose only among the notices that are shown."))
    return redirect("account")


@require_GET
@staff()
def notice_list(request: HttpRequest) -> HttpResponse:
    """The own notices: their page with those that were read, or the latest unread ones for the bell and the phone."""
    user = user_of(request)
    if lists.is_part(request, NOTICES) or not (replies.partial(request) or user.roles == {Role.TECHNICIAN}):
        context = {"newest": notice_queries.unread(user).values_list("pk", flat=True).first()}
        return lists.reply(request, NOTICES, notice_queries.everything(user), "accounts/notices.html", context)
    bell = replies.partial(request)
    found = list(notice_queries.unread(user)[: IN_THE_BELL if bell else ON_THE_PHONE])
    shown: dict[str, Any] = {"notices": found, "shown_on": _where(request)}
    if bell:
        return render(request, "accounts/notice_list.html", shown)
    told = {notice.data.get("order") for notice in found}
    own = orders.open_orders().filter(technician=user, number__in=told)
    shown["own"] = set(own.values_list("number", flat=True))
    return render(request, "accounts/notices_phone.html", shown)


def _where(request: HttpRequest) -> str:
    """The page that the person looks at, for htmx's requests too."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path or request.path


@require_safe
@staff()
def signed_in(request: HttpRequest) -> HttpResponse:
    """What a phone asks before a form leaves it: 204, or the way to the sign-in once the session has ended."""
    return HttpResponse(status=204)


@posted
@staff()
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark the own notices as read, up to the newest that was shown."""
    form = NewestForm(request.POST)
    if form.is_valid():
        notices.mark_read(user_of(request), until=form.cleaned_data["newest"])
    return replies.back(request, "home")


@posted
@staff()
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark an own notice as read and go back to the page; other people's do not exist."""
    user = user_of(request)
    if not notice_queries.has(user, pk):
        raise Http404
    notices.mark_read(user, [pk])
    return replies.back(request, "home")
