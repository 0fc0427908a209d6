"""Pages of a case: itself, its record, its meter, a firm "no", "the customer insists", and the list of cases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.records import RuleBroken
from arraigo.retention import actions, firm_no, promises, queries
from arraigo.retention.models import RetentionCase
from arraigo.web import lists, replies
from arraigo.web.access import CASE_READERS, CUSTOMER_WRITERS, MANAGEMENT_READERS, posted, staff, user_of
from arraigo.web.cases import access, contexts, steps
from arraigo.web.cases.going_on import after
from arraigo.web.cases.lists import CASES
from arraigo.web.cases.pages import work


@require_GET
@staff(*CASE_READERS)
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases that the person may see, newest first."""
    found = access.cases(user_of(request)).select_related("customer", "owner", "team")
    return lists.reply(request, CASES, found, "cases/list.html", {})


@require_GET
@staff(*CASE_READERS)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case: the step that is the person's leads; where an approver is waited for, the page waits with
    the customer, and asks again by the item that it `waits` for (nothing comes while it does); else the whole record.
    """
    user = user_of(request)
    found = access.case(user, number)
    items = queries.work_items(found)
    if (own := contexts.own_step(items, user)) is not None:
        return steps.page(request, own, items)
    awaited = contexts.waited_for(items)
    if awaited is not None and request.GET.get("waits") == str(awaited.pk):
        return HttpResponse(status=204)
    found = queries.with_parts(found)
    if awaited is not None and user.has_role(Role.ADVISOR):
        context = contexts.frame(found, user, items) | {
            "awaited": awaited,
            "waited_seconds": max(0, int((clock.now() - awaited.created_at).total_seconds())),
            "body": "cases/waiting.html",
            "polled": True,
        }
        return work(request, context)
    return work(request, _record(found, user, items))


@require_GET
@staff(*CASE_READERS)
def record(request: HttpRequest, number: str) -> HttpResponse:
    """The whole record with its diagram, whoever has to act on the case now."""
    user = user_of(request)
    found = queries.with_parts(access.case(user, number))
    context = _record(found, user, queries.work_items(found))
    return render(request, "cases/record_page.html", context)


def _record(found: RetentionCase, user: User, items: list[WorkItem]) -> dict[str, object]:
    own = contexts.own_step(items, user)
    return contexts.record(found, user, items) | {
        "body": "cases/record.html",
        "own": own,
        "may_evaluate": user.has_role(*MANAGEMENT_READERS),
    }


@require_GET
@staff(*CASE_READERS)
def meter(request: HttpRequest, number: str) -> HttpResponse:
    """The meter after a firm "no" alone, for the page to ask again."""
    found = access.case(user_of(request), number)
    policy = procedures.policy_of(found.instance.definition_id)
    return render(request, "cases/meter.html", {"case": found, "meter": firm_no.meter(found, policy)})


@posted
@staff(*CUSTOMER_WRITERS)
def say_no(request: HttpRequest, number: str) -> HttpResponse:
    """The customer said a firm "no": the meter starts, and the conversation goes on where it stood."""
    user = user_of(request)
    found = access.case(user, number)
    replies.attempt(request, lambda: firm_no.say(found.pk, actor=user), _("The firm no is noted: the time runs."))
    return replies.back(request, "case", number)


@posted
@staff(*CUSTOMER_WRITERS)
def transferred(request: HttpRequest, number: str) -> HttpResponse:
    """The services of the case work at the new address: the promise of the transfer ends."""
    user = user_of(request)
    found = access.case(user, number)
    replies.attempt(request, lambda: promises.transferred(found, actor=user), _("The transfer is noted as done."))
    return redirect("case_record", number)


@posted
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


@require_GET
@staff(*CASE_READERS, Role.TECHNICIAN)
def work_order(request: HttpRequest, number: str) -> HttpResponse:
    """Where the QR code of a printed order leads: its technician to the visit, others to their task, or its case."""
    user = user_of(request)
    order = access.work_order(user, number)
    if user.has_role(Role.TECHNICIAN) and order.technician_id == user.pk:
        return redirect("visit", number)
    open_items = order_items(order.case_number)
    return after(request, order.case_number, open_items)


def order_items(case_number: str) -> list[int]:
    """The open tasks of the case."""
    open_ones = WorkItem.objects.filter(instance__key=case_number, status=WorkItem.Status.OPEN)
    return list(open_ones.order_by("id").values_list("pk", flat=True))
