"""Pages of a case: itself, its receipts, "the customer insists", and the list of cases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from arraigo.engine.models import WorkItem
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.retention import actions, queries
from arraigo.web import lists
from arraigo.web.access import CASE_READERS, CUSTOMER_WRITERS, MANAGEMENT_READERS, staff, user_of
from arraigo.web.cases import access, contexts
from arraigo.web.cases.lists import CASES


@require_GET
@staff(*CASE_READERS)
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases that the person may see, newest first."""
    found = access.cases(user_of(request)).select_related("customer", "owner", "team")
    return lists.reply(request, CASES, found, "cases/list.html", {})


@require_GET
@staff(*CASE_READERS)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case: way taken, events, version, verdict, offers, promises, receipts."""
    user = user_of(request)
    access.case(user, number)
    context = contexts.case_page(queries.case_by_number(number), user)
    context["may_evaluate"] = user.has_role(*MANAGEMENT_READERS)
    context["may_insist"] = user.has_role(*CUSTOMER_WRITERS) and context["case"].closed_at is None
    return render(request, "cases/case.html", context)


@require_POST
@staff(*CUSTOMER_WRITERS)
def insist(request: HttpRequest, number: str) -> HttpResponse:
    """The customer insists on leaving: what is open ends, the termination is registered next."""
    user = user_of(request)
    found = access.case(user, number)
    try:
        advance = actions.insist(found.pk, actor=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("case", number)
    messages.info(request, _("The customer insists on leaving: register the termination."))
    return after(request, number, [item.pk for item in advance.opened])


def after(request: HttpRequest, number: str, opened: list[int]) -> HttpResponse:
    """Where a person goes on: the next step that is theirs, else the case, else their own first page."""
    user = user_of(request)
    for pk in opened:
        if access.may_do(user, queries.item(pk)):
            return redirect("step", number, pk)
    if user.has_role(*CASE_READERS):
        return redirect("case", number)
    return redirect("home")


@require_GET
@staff(*CUSTOMER_WRITERS, Role.COMMERCIAL_MANAGEMENT)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A receipt as it is printed for the customer."""
    return render(request, "cases/receipt.html", {"receipt": access.receipt(user_of(request), number)})


@require_GET
@staff(*CASE_READERS, Role.TECHNICIAN)
def work_order(request: HttpRequest, number: str) -> HttpResponse:
    """Where the QR code of a printed order leads: to its task, where it is the person's, else to its case."""
    user = user_of(request)
    order = access.work_order(user, number)
    open_items = order_items(order.case_number)
    return after(request, order.case_number, open_items)


def order_items(case_number: str) -> list[int]:
    """The open tasks of the case."""
    open_ones = WorkItem.objects.filter(instance__key=case_number, status=WorkItem.Status.OPEN)
    return list(open_ones.order_by("id").values_list("pk", flat=True))
