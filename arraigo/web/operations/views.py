"""The operations centre: open retention orders, print, assign, pause (step 6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from arraigo.fieldwork import documents
from arraigo.orders import progress
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.retention import dispatch
from arraigo.web import replies
from arraigo.web.access import staff, user_of
from arraigo.web.operations import access
from arraigo.web.operations.forms import AssignForm, PauseForm, PrintForm

LAST_BATCHES = 10


@require_GET
@staff(Role.OPERATIONS_SUPERVISOR)
def orders(request: HttpRequest) -> HttpResponse:
    """Open orders of the own centre by hours left, to print and assign; the last batches."""
    user = user_of(request)
    context = {
        "orders": access.open_orders(user),
        "batches": access.batches(user)[:LAST_BATCHES],
        "form": PrintForm(access.centers(user)),
    }
    return render(request, "operations/orders.html", context)


@require_POST
@staff(Role.OPERATIONS_SUPERVISOR)
def print_orders(request: HttpRequest) -> HttpResponse:
    """Print the chosen orders in one batch; with a technician, they are assigned too."""
    user = user_of(request)
    chosen = access.orders(user, request.POST.getlist("order"))
    form = PrintForm(access.centers(user), request.POST)
    if not chosen or not form.is_valid():
        messages.error(request, _("Choose at least one order, and a technician of your centre or none."))
        return redirect("operations_orders")
    try:
        batch = dispatch.print_and_assign(chosen, technician=form.cleaned_data["technician"], actor=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("operations_orders")
    messages.success(request, _("Batch %(number)s is ready: open its PDF below.") % {"number": batch.number})
    return redirect("operations_orders")


@require_GET
@staff(Role.OPERATIONS_SUPERVISOR)
def batch_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The printed work orders of a batch, the same each time."""
    batch = access.batch(user_of(request), number)
    response = HttpResponse(
        documents.work_orders_pdf(batch, base_url=f"{request.scheme}://{request.get_host()}"),
        content_type="application/pdf",
    )
    response["Content-Disposition"] = f'inline; filename="{batch.number}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
@staff(Role.OPERATIONS_SUPERVISOR)
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give an order to a technician of the centre, or to another one than before."""
    user = user_of(request)
    order = access.order(user, number)
    form = AssignForm(access.centers(user), replies.typed(request), initial={"technician": order.technician_id})
    if replies.sent(request, form):
        technician = form.cleaned_data["technician"]
        done = _("%(order)s is now %(technician)s's.") % {"order": number, "technician": technician}
        replies.attempt(request, lambda: dispatch.hand_over(order, technician=technician, actor=user), done)
        return redirect("operations_orders")
    return replies.page(request, "operations/assign.html", {"order": order, "form": form})


@require_http_methods(["GET", "POST"])
@staff(Role.OPERATIONS_SUPERVISOR)
def pause(request: HttpRequest, number: str) -> HttpResponse:
    """Stop the 24 hours of an order on evidence."""
    user = user_of(request)
    order = access.order(user, number)
    form = PauseForm(replies.typed(request))
    if replies.sent(request, form):
        try:
            progress.pause(order, actor=user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The 24 hours of %(order)s stand still.") % {"order": number})
            return redirect("operations_orders")
    return replies.page(request, "operations/pause.html", {"order": order, "form": form})


@require_POST
@staff(Role.OPERATIONS_SUPERVISOR)
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """Let the 24 hours run on."""
    user = user_of(request)
    order = access.order(user, number)
    done = _("The 24 hours of %(order)s run on.") % {"order": number}
    replies.attempt(request, lambda: progress.resume(order, actor=user), done)
    return redirect("operations_orders")
