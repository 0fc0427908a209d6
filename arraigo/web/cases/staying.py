"""The page on which a customer who was leaving stays after all."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from arraigo.records import RuleBroken
from arraigo.retention import actions, staying
from arraigo.retention.choosing import say_choose
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.cases import access, contexts
from arraigo.web.cases.going_on import after
from arraigo.web.cases.pages import form_page


class StayForm(forms.Form):
    why = forms.ChoiceField(
        label=gettext_lazy("Why does the customer stay?"),
        choices=staying.StayReason.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("In the customer's words"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    as_is = forms.BooleanField(
        label=gettext_lazy("The customer wants nothing more"),
        help_text=gettext_lazy("The request to leave is withdrawn and the case ends; what was granted stands."),
        required=False,
    )


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def stay(request: HttpRequest, number: str) -> HttpResponse:
    """The customer stays after all: back to the negotiation, or as things are. Where nothing leaves, it says so."""
    user = user_of(request)
    case = access.case(user, number)
    form = StayForm(replies.typed(request))
    say_choose(form)
    possible = staying.is_possible(case)
    if possible and replies.sent(request, form):
        told = form.cleaned_data
        go_on = actions.stay_as_is if told.pop("as_is") else actions.stay
        try:
            advance = go_on(case.pk, **told, actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            stays = _("The customer stays: the conversation goes on.")
            messages.success(request, _("The customer stays: the case has ended.") if advance.ended else stays)
            return after(request, number, [opened.pk for opened in advance.opened])
    context = {**contexts.frame(case, user), "form": form, "title": _("Stays after all"), "body": "cases/stay.html"}
    return form_page(request, context | {"possible": possible, "staying": True})
