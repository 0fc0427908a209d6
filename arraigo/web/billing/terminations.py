"""Billing's lists of bajas: those to be executed, each with its page, and those executed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.terminations import actions
from arraigo.terminations.errors import NothingMissing, TerminationClosed
from arraigo.web import lists, replies
from arraigo.web.access import staff, user_of
from arraigo.web.billing import access
from arraigo.web.billing.forms import ExecutionForm, ReturnForm
from arraigo.web.billing.termination_lists import EXECUTED, WAITING


@require_GET
@staff(Role.BILLING)
def waiting(request: HttpRequest) -> HttpResponse:
    """The terminations that nobody has executed, the oldest first."""
    return lists.reply(request, WAITING, access.open_terminations(), "billing/terminations.html", {})


@require_GET
@staff(Role.BILLING)
def executed(request: HttpRequest) -> HttpResponse:
    """The terminations that were executed, the latest first, with what was not given back."""
    return lists.reply(request, EXECUTED, access.executed_terminations(), "billing/terminations.html", {})


@require_http_methods(["GET", "POST"])
@staff(Role.BILLING)
def execute(request: HttpRequest, number: str) -> HttpResponse:
    """One termination: on which day the product was switched off, and what was given back."""
    termination = access.termination(number)
    if not termination.is_open:
        return replies.refused(request, TerminationClosed(number))
    form = ExecutionForm(replies.typed(request), termination=termination)
    if replies.sent(request, form):
        try:
            actions.execute_termination(termination.pk, actor=user_of(request), **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            told = {"number": number, "product": termination.product}
            messages.success(request, _("Termination %(number)s is executed: %(product)s has ended.") % told)
            return redirect("billing_terminations")
    return replies.page(request, "billing/termination.html", {"termination": termination, "form": form})


@require_http_methods(["GET", "POST"])
@staff(Role.BILLING)
def returned(request: HttpRequest, number: str) -> HttpResponse:
    """What came back of an executed termination, be it late."""
    termination = access.termination(number)
    if termination.executed_at is None or not termination.not_noted:
        return replies.refused(request, NothingMissing(number))
    form = ReturnForm(replies.typed(request), termination=termination)
    if replies.sent(request, form):
        try:
            actions.note_returned(termination.pk, **form.cleaned_data, actor=user_of(request))
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted what came back of termination %(number)s.") % {"number": number})
            return redirect("billing_terminations_executed")
    return replies.page(request, "billing/returned.html", {"termination": termination, "form": form})
