"""The customer asks to leave: the page on which a case is opened."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from arraigo.customers.models import Customer
from arraigo.people.models import User
from arraigo.procedure import queries as procedures
from arraigo.products import queries as products
from arraigo.records import RuleBroken
from arraigo.retention import background, faults, queries, receipts, reception
from arraigo.retention import proactive as calling
from arraigo.retention.errors import CaseOpenAlready
from arraigo.retention.forms import OpenCaseForm
from arraigo.retention.models import Reason
from arraigo.terminations import queries as terminations
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.cases import access as case_access
from arraigo.web.cases.going_on import after
from arraigo.web.customers import access

MOST_EARLIER = 3


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def case_new(request: HttpRequest, number: str) -> HttpResponse:
    """Open the case and go on with step 1. 409 where the customer has an open case already.

    The address says whether we called (`?proactive=1`), and what was typed at one of the two is not shown at the other.
    """
    customer, actor = access.customer(number), user_of(request)
    proactive = request.GET.get("proactive") == "1"
    known = {"reason": Reason.FAULTS, "words": calling.said_today(customer)} if proactive else {}
    typed = replies.typed(request, request.get_full_path())
    form = OpenCaseForm(customer, procedures.current_policy(), typed, initial=known)
    status = 400
    try:
        if replies.sent(request, form):
            case = reception.receive(customer, {**form.cleaned_data, "proactive": proactive}, actor=actor)
            opened = case.instance.work_items.filter(status="open").values_list("pk", flat=True)
            return after(request, case.number, list(opened))
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        status = 409 if isinstance(refusal, CaseOpenAlready) else 400
    shown = {**_page(form, customer, actor), "proactive": proactive, "has_case": status == 409}
    return replies.page(request, "cases/open.html", shown, status=status)


def _page(form: OpenCaseForm, customer: Customer, actor: User) -> dict[str, object]:
    """The form, and beside it what is known already: the lights, the verdicts, registered bajas, and those of the
    cases that the person may see."""
    policy = procedures.current_policy()
    own = list(products.alive_products(customer))
    leaving, seen = terminations.open_terminations(own), case_access.numbers_of(actor, customer)
    return {
        "form": form,
        "customer": customer,
        "background": background.of(customer, policy, reader=actor, reason=f"customer {customer.number}"),
        "verdicts": faults.verdicts(own, policy),
        "leaving": [receipts.registered_before(each) for each in leaving],
        "leaving_in": list(dict.fromkeys(each.case_number for each in leaving if each.case_number in seen)),
        "earlier": queries.cases_of(customer.pk).filter(number__in=seen)[:MOST_EARLIER],
    }
