"""The morning list: whom to call before they ask to leave, and what came of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.procedure import queries as procedures
from arraigo.products import queries as products
from arraigo.records import RuleBroken
from arraigo.retention import faults, proactive
from arraigo.retention.models import ProactiveCall
from arraigo.web import lists, replies
from arraigo.web.access import CUSTOMER_WRITERS, posted, staff, user_of
from arraigo.web.customers import access as customers
from arraigo.web.customers.entry import entered
from arraigo.web.morning import access
from arraigo.web.morning.forms import CallForm
from arraigo.web.morning.lists import MORNING, rows


@require_GET
@staff(*CUSTOMER_WRITERS)
def morning_list(request: HttpRequest) -> HttpResponse:
    """Customers with a repeated fault who have not asked to leave: VIP first, then by what is at stake; above them
    the own calls that wait for their outcome."""
    found = proactive.to_call().select_related("customer__zone", "product__offering")
    begun = {"begun": access.begun(user_of(request))}
    return lists.reply(
        request, MORNING, found.prefetch_related("customer__phones"), "morning/list.html", begun, prepare=rows
    )


@posted
@staff(*CUSTOMER_WRITERS)
def morning_call(request: HttpRequest, number: str) -> HttpResponse:
    """Call a customer: from now on nobody else does today."""
    try:
        made = proactive.call(customers.customer(number), actor=user_of(request))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("morning_list")
    return redirect("proactive_call", made.pk)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def proactive_call(request: HttpRequest, pk: int) -> HttpResponse:
    """The call: whom, why, what to say; then what came of it. A retention opens as a proactive case."""
    user = user_of(request)
    call = access.call(user, pk)
    form = CallForm(replies.typed(request))
    ended = entered(request, form, lambda data: proactive.end(call, data["outcome"], note=data["note"], actor=user))
    if ended is not None:
        if ended.outcome == ProactiveCall.Outcome.CASE:
            return redirect(reverse("case_new", args=[call.customer.number]) + "?proactive=1")
        messages.success(request, _("The call is noted."))
        return redirect("morning_list")
    verdicts = faults.verdicts(list(products.alive_products(call.customer)), procedures.current_policy())
    context = {"call": call, "customer": call.customer, "form": form, "verdicts": verdicts, "outcomes": _outcomes()}
    return replies.page(request, "morning/call.html", context)


def _outcomes() -> list[tuple[str, str, str]]:
    """The buttons: value, icon, words."""
    return [
        (ProactiveCall.Outcome.CASE, "heart-handshake", _("Open the retention")),
        (ProactiveCall.Outcome.CONTENT, "check", _("Needs nothing")),
        (ProactiveCall.Outcome.NOT_REACHED, "x", _("Did not answer")),
    ]
