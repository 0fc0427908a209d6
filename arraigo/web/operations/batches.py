"""Print batches of the operations centre: which there are, what one says, and printing it once more (step 6)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork import documents, printing
from arraigo.fieldwork.models import Reprint
from arraigo.people.models import Role
from arraigo.web import lists
from arraigo.web.access import posted, staff, user_of
from arraigo.web.filters import Days, Flag, Words
from arraigo.web.lists import Column, List
from arraigo.web.operations import access


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Batches of that number, or that hold the order of that number."""
    return rows.filter(number__iendswith=text) | rows.filter(
        pk__in=rows.model.objects.filter(work_orders__number__iendswith=text)
    )


BATCHES = List(
    name="batches",
    label=gettext_lazy("Print batches"),
    row="operations/batch_row.html",
    sort="-printed",
    empty=gettext_lazy("Nothing printed yet."),
    columns=(
        Column("number", gettext_lazy("Batch"), ("number",), lambda batch: batch.number),
        Column("printed", gettext_lazy("Printed at"), ("printed_at",), lambda batch: batch.printed_at),
        Column("by", gettext_lazy("Printed by"), ("printed_by__last_name",), lambda batch: str(batch.printed_by)),
        Column("orders", gettext_lazy("Work orders"), ("order_count",), lambda batch: batch.order_count, css="num"),
        Column("opened", gettext_lazy("Openings"), ("openings",), lambda batch: batch.openings, css="num"),
        Column("again", gettext_lazy("Reprints"), ("reprint_count",), lambda batch: batch.reprint_count, css="num"),
    ),
    filters=(
        Words("words", gettext_lazy("Batch or work order"), matching),
        Days("printed", gettext_lazy("Printed at"), "printed_at"),
        Flag("again", gettext_lazy("Printed again"), lambda rows: rows.filter(reprint_count__gt=0)),
    ),
)


@require_GET
@staff(Role.OPERATIONS_SUPERVISOR)
def batches(request: HttpRequest) -> HttpResponse:
    """The batches of the own centre, newest first."""
    counted = access.batches(user_of(request)).annotate(
        order_count=Count("work_orders", distinct=True), reprint_count=Count("reprints", distinct=True)
    )
    found = counted.defer("contents")
    return lists.reply(request, BATCHES, found, "operations/batches.html", {})


@require_GET
@staff(Role.OPERATIONS_SUPERVISOR)
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: who, when, which orders; its PDF, and each time it was printed again."""
    user = user_of(request)
    found = access.batch(user, number)
    reprints = [(each, printing.is_open_to(each, user)) for each in found.reprints.all()]
    context = {
        "batch": found,
        "may_open": printing.is_open_to(found, user),
        "orders": documents.as_they_lie(found, found.work_orders.select_related("customer", "zone", "technician")),
        "reprints": reprints,
    }
    return render(request, "operations/batch.html", context)


@require_GET
@staff(Role.OPERATIONS_SUPERVISOR)
def batch_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The printed work orders of a batch; with `?reprint=2` as marked then. Opened again, it is one more reprint."""
    user = user_of(request)
    found = access.batch(user, number)
    wanted = request.GET.get("reprint", "")
    reprint = fieldwork.open_file(found, number=_number(found.reprints.all(), wanted) if wanted else 0, actor=user)
    pdf = documents.work_orders_pdf(found, base_url=settings.BASE_URL, reprint=reprint)
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"{found.number}-R{reprint.number}" if reprint else found.number
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _number(reprints: QuerySet[Reprint], text: str) -> int:
    if not (text.isdecimal() and len(text) < 5 and reprints.filter(number=text).exists()):
        raise Http404
    return int(text)


@posted
@staff(Role.OPERATIONS_SUPERVISOR)
def reprint(request: HttpRequest, number: str) -> HttpResponse:
    """Count one more printing; its marked PDF can then be opened from the batch's page."""
    user = user_of(request)
    made = fieldwork.reprint(access.batch(user, number), actor=user)
    messages.success(request, _("Reprint %(number)s is ready: open it under Reprints.") % {"number": made.number})
    return redirect("operations_batch_page", number)
