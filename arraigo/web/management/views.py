"""The monthly evaluation (step 15) and the heads' review of the indicator (III.2)."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo import clock
from arraigo.insight import actions, queries
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.web import replies
from arraigo.web.access import HEADS, MANAGEMENT_READERS, staff, user_of
from arraigo.web.management import access
from arraigo.web.management.forms import EvaluationForm, ReviewForm


@require_GET
@staff(*MANAGEMENT_READERS)
def evaluations(request: HttpRequest) -> HttpResponse:
    """The months: signed evaluations, and the one that is to be signed."""
    context = {"evaluations": queries.evaluations(), "due": queries.last_month()}
    return render(request, "management/evaluations.html", context)


@require_http_methods(["GET", "POST"])
@staff(Role.COMMERCIAL_MANAGEMENT)
def sign(request: HttpRequest, month: dt.date) -> HttpResponse:
    """Sign the month's evaluation: step 15 of every waiting case is completed with it."""
    month, form = access.month(month), EvaluationForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            actions.sign_evaluation(month, actor=user_of(request), **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The evaluation is signed."))
            return redirect("evaluation", month)
    return _month_page(request, month, form)


@require_http_methods(["GET", "POST"])
@staff(*HEADS)
def review(request: HttpRequest, month: dt.date) -> HttpResponse:
    """A head of division records the monthly review."""
    month, form = access.month(month), ReviewForm(replies.typed(request))
    user = user_of(request)
    role = access.head_role(user)
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
    user = user_of(request)
    signed, reviews = queries.evaluation_of(month), queries.reviews_of(month)
    reviewed = {review.role for review in reviews}
    context: dict[str, Any] = {
        "month": month,
        "figures": queries.month_figures(month),
        "signed": signed,
        "reviews": reviews,
        "over": clock.today() >= clock.next_month(month),
        "may_sign": user.has_role(Role.COMMERCIAL_MANAGEMENT) and signed is None,
        "may_review": any(role in user.roles and role not in reviewed for role in HEADS),
        "earlier": clock.previous_month(month),
        "later": clock.next_month(month),
    }
    if form is None:
        form = EvaluationForm() if context["may_sign"] else ReviewForm()
    return replies.page(request, "management/evaluation.html", context | {"form": form})
