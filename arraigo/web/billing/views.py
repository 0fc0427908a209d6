"""Billing's lists: claims that wait, to confirm or to refuse (steps 4 and 13), and those decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.billing import actions
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.web import lists, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.billing import access
from arraigo.web.billing.forms import RefusalForm
from arraigo.web.billing.lists import DECIDED_CLAIMS, WAITING_CLAIMS


@require_GET
@staff(Role.BILLING)
def claims(request: HttpRequest) -> HttpResponse:
    """Claims that wait for billing, the oldest first."""
    return lists.reply(request, WAITING_CLAIMS, access.waiting(), "billing/claims.html", {})


@require_GET
@staff(Role.BILLING)
def decided(request: HttpRequest) -> HttpResponse:
    """Claims that billing or the limit decided, the latest first."""
    return lists.reply(request, DECIDED_CLAIMS, access.decided(), "billing/claims.html", {})


@posted
@staff(Role.BILLING)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm one claim: it is applied at once."""
    claim = access.claim(number)
    replies.attempt(
        request,
        lambda: actions.confirm_claim(claim.pk, actor=user_of(request)),
        _("Claim %(number)s is applied.") % {"number": number},
    )
    return redirect("billing_claims")


@require_http_methods(["GET", "POST"])
@staff(Role.BILLING)
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse one claim with a reason that the advisor passes on."""
    claim = access.claim(number)
    form = RefusalForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            actions.refuse_claim(claim.pk, reason=form.cleaned_data["reason"], actor=user_of(request))
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Claim %(number)s is refused.") % {"number": number})
            return redirect("billing_claims")
    return replies.page(request, "billing/refuse.html", {"claim": claim, "form": form})
