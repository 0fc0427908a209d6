"""Receipts (constancias): issued, shown, printed, sent."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from arraigo.messages.models import Message
from arraigo.records import RuleBroken
from arraigo.retention import receipts
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, posted, staff, user_of
from arraigo.web.cases import access, contexts
from arraigo.web.cases.pages import work


@posted
@staff(*CUSTOMER_WRITERS)
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """Make out the receipt of what was promised in the case, or find the one made out already."""
    user = user_of(request)
    case = access.case(user, number)
    try:
        made = receipts.issue(case.pk, actor=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("case", number)
    return redirect("receipt", made.number)


@require_GET
@staff(*access.RECEIPT_READERS)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A receipt as it is printed for the customer."""
    user = user_of(request)
    found = access.receipt(user, number)
    certified = receipts.certified(found)
    sent = list(receipts.sent(found))
    unsent = not sent or sent[-1].status == Message.Status.SKIPPED
    may_send = user.has_role(*CUSTOMER_WRITERS) and unsent and not certified.taken_back_at
    reach = receipts.reach_of(found) if may_send else None
    context = {"receipt": found, "certified": certified, "sent": sent, "reach": reach}
    return work(
        request,
        {**contexts.frame(found.case, user), **context, "title": found.number, "body": "cases/receipt.html"},
    )


@posted
@staff(*CUSTOMER_WRITERS)
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send the receipt to the customer; sent once, however often it is asked for."""
    user = user_of(request)
    found = access.receipt(user, number)
    done = _("The receipt is on its way to the customer.")
    replies.attempt(request, lambda: receipts.send(found.pk, actor=user), done)
    return redirect("receipt", number)


@require_GET
@staff(*access.RECEIPT_READERS)
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt on paper."""
    found = access.receipt(user_of(request), number)
    answer = HttpResponse(receipts.pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer
