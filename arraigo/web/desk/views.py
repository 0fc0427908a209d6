"""Calls to make, cases handed over, what was typed, and who else is here."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.desk import actions, queries
from arraigo.desk.errors import CallbackFar, CallbackPast
from arraigo.records import RuleBroken
from arraigo.retention.models import RetentionCase
from arraigo.web import drafts, lists, replies
from arraigo.web.access import CUSTOMER_READERS, CUSTOMER_WRITERS, posted, staff, user_of
from arraigo.web.cases import access as cases
from arraigo.web.cases import contexts
from arraigo.web.cases.pages import form_page
from arraigo.web.desk import access
from arraigo.web.desk.forms import CallbackForm, HandOverForm, OutcomeForm
from arraigo.web.desk.lists import CALLS_MADE, CALLS_TO_MAKE


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def callback_new(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the customer is called back at a time."""
    user = user_of(request)
    case, form = cases.case(user, number), CallbackForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            actions.note_callback(case, actor=user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error("due_at" if isinstance(refusal, CallbackPast | CallbackFar) else None, str(refusal))
        else:
            messages.success(request, _("The call is noted: it appears in your tray when it is due."))
            return redirect("case", number)
    return _page(request, case, form, title=_("Call the customer back"), noted=queries.callbacks_in(case))


@require_GET
@staff(*CUSTOMER_WRITERS)
def calls(request: HttpRequest) -> HttpResponse:
    """The calls to make, the own and those of the team that one heads, the earliest first."""
    return lists.reply(request, CALLS_TO_MAKE, access.calls_to_make(user_of(request)), "desk/call_list.html", {})


@require_GET
@staff(*CUSTOMER_WRITERS)
def calls_made(request: HttpRequest) -> HttpResponse:
    """The calls that were made and what came of them, the latest first."""
    return lists.reply(request, CALLS_MADE, access.calls_made(user_of(request)), "desk/call_list.html", {})


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def callback_done(request: HttpRequest, pk: int) -> HttpResponse:
    """The call was made: what came of it."""
    user = user_of(request)
    callback, form = access.callback(user, pk), OutcomeForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            actions.finish_callback(callback, outcome=form.cleaned_data["outcome"], actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The call is done."))
            return redirect("case", callback.case.number)
    return _page(request, callback.case, form, title=_("The call was made"), callback=callback)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Hand the case, or all of its owner's in the team, to a colleague with everything."""
    user = user_of(request)
    case = cases.case(user, number)
    form = HandOverForm(access.colleagues(case), replies.typed(request))
    if replies.sent(request, form):
        handed = access.open_cases(case.owner, case.team_id) if form.cleaned_data["every"] else [case.pk]
        try:
            count = actions.hand_over(handed, to=form.cleaned_data["to"], actor=user)
        except RuleBroken as refusal:
            form.add_error("to", str(refusal))
        else:
            done = ngettext("%(count)d case is handed over.", "%(count)d cases are handed over.", count)
            messages.success(request, done % {"count": count})
            return redirect("case", number)
    return _page(request, case, form, title=_("Hand the case over"))


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def take_over(request: HttpRequest, number: str) -> HttpResponse:
    """The customer came here, while another team has the open case: take it over, so that nobody is sent away."""
    user, case = user_of(request), access.open_case(number)
    if cases.cases(user).filter(pk=case.pk).exists():
        return redirect("case", case.number)
    if request.method == "POST":
        try:
            actions.take_over(case.pk, actor=user)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("customer", number)
        messages.success(request, _("The case is yours now, with all that is open in it."))
        return redirect("case", case.number)
    return replies.page(request, "desk/take_over.html", {"case": case, "customer": case.customer})


def _page(request: HttpRequest, case: RetentionCase, form: Form, **context: Any) -> HttpResponse:
    """The form in the frame of its case: from here too the way to the termination is one click."""
    frame = contexts.frame(case, user_of(request))
    return form_page(request, {**frame, **context, "form": form, "body": "desk/form.html"})


@posted
@staff()
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what is being typed on a page; nothing comes back."""
    drafts.save(request, drafts.page_of(request))
    return HttpResponse(status=204)


@require_GET
@staff(*CUSTOMER_READERS)
def here(request: HttpRequest, kind: str, number: str) -> HttpResponse:
    """Say that the person has this case or customer open, and who else has."""
    user = user_of(request)
    place = access.place(user, kind, number)
    actions.here(user, place)
    others = queries.others_at(place, user)
    return render(request, "desk/here.html", {"others": others, "kind": kind, "number": number})
