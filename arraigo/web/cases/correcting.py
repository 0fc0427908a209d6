"""The page on which a claim that billing refused is entered once more, corrected."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arraigo.billing.models import BillingClaim
from arraigo.money import CENTAVO, ZERO, AmountField
from arraigo.records import RuleBroken
from arraigo.retention import amounts, claims
from arraigo.retention.models import Offer
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.cases import access, contexts
from arraigo.web.cases.pages import form_page


class CorrectForm(forms.Form):
    def __init__(self, offer: Offer | None, data: QueryDict | None) -> None:
        super().__init__(data)
        accepted = offer.amount if offer else ZERO
        too_much = _("At most Bs %(most)s: what the customer accepted.") % {"most": amounts.told(accepted)}
        self.fields["amount"] = AmountField(
            label=_("Amount in Bs"),
            help_text=_("At most what the customer accepted; billing decides it."),
            initial=accepted,
            min_value=CENTAVO,
            max_value=accepted or None,
            error_messages={"max_value": too_much},
        )


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def correct(request: HttpRequest, number: str, claim: str) -> HttpResponse:
    """Enter the refused claim corrected; where it cannot be, the page says so."""
    user = user_of(request)
    case = access.case(user, number)
    refused = BillingClaim.objects.filter(case_number=number, number=claim).first()
    if refused is None:
        raise Http404
    offer = claims.correctable(case, claim)
    form = CorrectForm(offer, replies.typed(request))
    if offer is not None and replies.sent(request, form):
        try:
            entered = claims.correct(case.pk, claim, amount=form.cleaned_data["amount"], actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Entered as claim %(number)s: billing decides it.") % {"number": entered})
            return redirect("case", number)
    context = {
        **contexts.frame(case, user),
        "form": form,
        "title": _("Enter it corrected"),
        "body": "cases/correct.html",
    }
    return form_page(request, context | {"claim": refused, "offer": offer})
