"""The page that takes the last step of a case back."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from arraigo.billing.models import BillingClaim
from arraigo.records import RuleBroken
from arraigo.retention import claims, undo
from arraigo.retention.registry import handler
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.cases import access, contexts
from arraigo.web.cases.going_on import after
from arraigo.web.cases.pages import form_page


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why is it taken back?"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take back the last step of the case with a reason; where nothing can be, the page says so.

    409 where the page that was sent showed another one: somebody was first.
    """
    user = user_of(request)
    case = access.case(user, number)
    item = undo.last_step(case)
    form = UndoForm(replies.typed(request))
    meant = item is not None and request.POST.get("item") == str(item.pk)
    status = 400
    if item is not None and replies.sent(request, form) and not meant:
        form.add_error(None, _("Something else is the last step by now: look at it before you take it back."))
        status = 409
    elif item is not None and replies.sent(request, form):
        try:
            advance = undo.undo(item.pk, reason=form.cleaned_data["reason"], actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Taken back: %(what)s") % {"what": undo.WHAT[item.element]})
            return after(request, number, [opened.pk for opened in advance.opened])
    context = {
        **contexts.frame(case, user), "form": form, "title": _("Take back"), "body": "cases/undo.html",
        "waiting": [each for each in claims.waiting(case) if each.pk not in undo.claims_of(case, item)],
    }  # fmt: skip
    if item is None and (hindered := undo.hindered(case)) is not None:
        context |= {"hindered_title": handler(hindered[0].element).title, "hindered_because": hindered[1]}
    if item is not None:
        context |= {"undone": item, "undone_title": handler(item.element).title, "what": undo.WHAT[item.element]}
    return form_page(request, context, status=status)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def take_claim_back(request: HttpRequest, number: str, claim: str) -> HttpResponse:
    """Take back a claim that billing has not decided, though other steps followed; then it is entered corrected.

    409 where billing decided it meanwhile.
    """
    user = user_of(request)
    case = access.case(user, number)
    found = BillingClaim.objects.filter(case_number=number, number=claim).select_related("product__offering").first()
    if found is None:
        raise Http404
    form, status = UndoForm(replies.typed(request)), 400
    last = undo.last_step(case)
    if found.pk in undo.claims_of(case, last):
        return redirect("case_undo", number)  # the whole step is taken back, and is open again
    if replies.sent(request, form):
        try:
            claims.take_back(case.pk, claim, reason=form.cleaned_data["reason"], actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Claim %(number)s is taken back.") % {"number": claim})
            return redirect("claim_correct", number, claim)
    context = {
        **contexts.frame(case, user), "form": form, "title": _("Take back"), "body": "cases/claim_undo.html",
        "claim": found, "waits": found.state == BillingClaim.State.ENTERED,
        "order_first": last is not None and last.element == undo.ORDER,
    }  # fmt: skip
    return form_page(request, context, status=status)
