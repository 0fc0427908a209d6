"""The monthly evaluation (step 15) and the heads' review of the indicator (III.2)."""

import datetime as dt

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.eventlog.papers import PaperChanged
from arraigo.insight import actions, costs, queries
from arraigo.insight.workbook import workbook
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.web import lists, replies
from arraigo.web.access import HEADS, MANAGEMENT_READERS, staff, user_of
from arraigo.web.management import access, contexts
from arraigo.web.management.forms import EvaluationForm, ReviewForm
from arraigo.web.management.lists import COST_CASES, FIGURE_CASES, FIGURE_TERMINATIONS, SIGNED_MONTHS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@staff(*MANAGEMENT_READERS)
def evaluations(request: HttpRequest) -> HttpResponse:
    """The months: signed evaluations, and the one that is to be signed."""
    context = contexts.evaluations_page(user_of(request))
    months, prepare = queries.evaluations(), queries.signed_months
    return lists.reply(request, SIGNED_MONTHS, months, "management/evaluations.html", context, prepare=prepare)


@require_http_methods(["GET", "POST"])
@staff(Role.COMMERCIAL_MANAGEMENT)
def sign(request: HttpRequest, month: dt.date) -> HttpResponse:
    """Sign the month's evaluation: step 15 of every waiting case is completed with it."""
    month, form = access.month(month), EvaluationForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            signed = actions.sign_evaluation(month, actor=user_of(request), **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The evaluation is signed."))
            if signed.completed_at is None:
                messages.warning(
                    request,
                    _("Not every waiting case could be closed with it: the others are tried again by themselves."),
                )
            return redirect("evaluation", month)
    return _month_page(request, month, form)


@require_http_methods(["GET", "POST"])
@staff(*HEADS)
def review(request: HttpRequest, month: dt.date) -> HttpResponse:
    """A head of division records the monthly review."""
    month, form = access.month(month), ReviewForm(replies.typed(request))
    user = user_of(request)
    role = access.head_role(user, month)
    if replies.sent(request, form):
        try:
            actions.review_indicator(month, role=role, comment=form.cleaned_data["comment"], actor=user)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your review is recorded."))
            return redirect("evaluation", month)
    return _month_page(request, month, form)


@require_GET
@staff(*MANAGEMENT_READERS)
def evaluation(request: HttpRequest, month: dt.date) -> HttpResponse:
    """One month: figures now or as signed, reviews, and the form of whoever may add to it."""
    return _month_page(request, access.month(month), None)


def _month_page(request: HttpRequest, month: dt.date, form: Form | None) -> HttpResponse:
    context = contexts.month_page(month, user_of(request), access.dimension(request.GET.get("by", "reason")))
    if form is None:
        form = EvaluationForm() if context["may_sign"] else ReviewForm()
    else:  # what was typed stays in sight, though by now it may not be sent any more
        context["may_sign"], context["may_review"] = isinstance(form, EvaluationForm), isinstance(form, ReviewForm)
    return replies.page(request, "management/evaluation.html", context | {"form": form})


@require_GET
@staff(*MANAGEMENT_READERS)
def cases(request: HttpRequest, month: dt.date, figure: str) -> HttpResponse:
    """The cases behind a figure, where asked of one cause, team, zone … and of one kind of offer or promise."""
    by, key, kind = (request.GET.get(name, "") for name in ("by", "key", "kind"))
    found = access.cases(access.month(month), figure, by, key, kind)
    context = contexts.behind(month, figure, by, key, kind)
    in_bs = figure in costs.FIGURES
    spec, prepare = (COST_CASES, contexts.with_costs(month, figure)) if in_bs else (FIGURE_CASES, list)
    kept = ("by", "key", "kind")
    return lists.reply(request, spec, found, "management/behind.html", context, keep=kept, prepare=prepare)


@require_GET
@staff(*MANAGEMENT_READERS)
def terminations(request: HttpRequest, month: dt.date, figure: str) -> HttpResponse:
    """The terminations behind the indicator."""
    found = access.terminations(access.month(month), figure)
    context = contexts.behind(month, figure)
    return lists.reply(request, FIGURE_TERMINATIONS, found, "management/behind.html", context)


@require_GET
@staff(*MANAGEMENT_READERS)
def pdf(request: HttpRequest, month: dt.date) -> HttpResponse:
    """The signed evaluation byte by byte; 404 where the month is not signed, 409 where the paper was changed."""
    try:
        kept = queries.paper_of(access.month(month))
    except PaperChanged as refusal:
        return replies.refused(request, refusal)
    if kept is None:
        raise Http404
    name = f"evaluacion-{month:%Y-%m}.pdf"
    return HttpResponse(kept, "application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@require_GET
@staff(*MANAGEMENT_READERS)
def tables(request: HttpRequest, month: dt.date) -> HttpResponse:
    """Every table of the month as XLSX: as signed, else as they are now; 409 where what was signed was changed."""
    month = access.month(month)
    signed = queries.evaluation_of(month)
    try:
        kept = queries.signed_figures(signed) if signed else None
    except PaperChanged as refusal:
        return replies.refused(request, refusal)
    book = workbook(kept or queries.month_figures(month))
    name = f"evaluacion-{month:%Y-%m}.xlsx"
    return HttpResponse(book, XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
