"""Receipts (constancias): issued, shown, printed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.retention import receipts
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.cases import access

READERS = (*CUSTOMER_WRITERS, Role.COMMERCIAL_MANAGEMENT)


@require_POST
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
@staff(*READERS)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A receipt as it is printed for the customer."""
    return render(request, "cases/receipt.html", {"receipt": access.receipt(user_of(request), number)})


@require_GET
@staff(*READERS)
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt on paper."""
    found = access.receipt(user_of(request), number)
    answer = HttpResponse(receipts.pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer
