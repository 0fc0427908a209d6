"""Billing's page of the month's turn: what would be opened and issued, and what was."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo import clock
from arraigo.billing import months as billing
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.web import replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.billing import access
from arraigo.web.billing.forms import IssueForm
from arraigo.web.templatetags.show import month as in_words


@require_GET
@staff(Role.BILLING)
def months(request: HttpRequest) -> HttpResponse:
    """What the next month still has to open, which months wait to be issued, and the runs so far."""
    context = {
        "present": clock.month_of(clock.now()),
        "opening": billing.to_open(),
        "issuing": billing.to_issue(),
        "runs": billing.runs(),
        "imported": settings.BILLS == "imported",
    }
    return replies.page(request, "billing/months.html", context)


@posted
@staff(Role.BILLING)
def open_bills(request: HttpRequest, month: dt.date) -> HttpResponse:
    """Open the bills of a month that are missing."""
    month = access.month_to_open(month)
    replies.attempt(
        request,
        lambda: billing.open_bills(month, actor=user_of(request)),
        _("The bills are being opened: open this page again in a minute to see how many."),
    )
    return redirect("billing_months")


@posted
@staff(Role.BILLING)
def leave_out(request: HttpRequest, month: dt.date) -> HttpResponse:
    """Go on without the missing bills of a past month."""
    month = access.month_to_open(month)
    replies.attempt(
        request, lambda: billing.leave_out(month, actor=user_of(request)), _("Left out: nothing is opened of it.")
    )
    return redirect("billing_months")


@posted
@staff(Role.BILLING)
def count_bills(request: HttpRequest) -> HttpResponse:
    """Count again what the next month still has to open."""
    billing.count()
    return redirect("billing_months")


@posted
@staff(Role.BILLING)
def stop_run(request: HttpRequest, pk: int) -> HttpResponse:
    """End a run under way; what it has done stays."""
    run = access.run(pk)
    replies.attempt(
        request, lambda: billing.stop(run, actor=user_of(request)), _("Stopped: what was done so far stays.")
    )
    return redirect("billing_months")


@require_http_methods(["GET", "POST"])
@staff(Role.BILLING)
def issue_bills(request: HttpRequest, month: dt.date) -> HttpResponse:
    """Issue the open bills of a month, with the day of issue and the day by which they are paid."""
    waiting = next((each for each in billing.to_issue() if each.month == month), None)
    if waiting is None or settings.BILLS == "imported":
        raise Http404
    form = IssueForm(month, replies.typed(request))
    if replies.sent(request, form):
        try:
            billing.issue_bills(month, actor=user_of(request), **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The bills of %(month)s are being issued.") % {"month": in_words(month)})
            return redirect("billing_months")
    return replies.page(request, "billing/issue.html", {"waiting": waiting, "form": form})
