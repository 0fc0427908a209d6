"""The operations centre: open retention orders, print, assign, pause (step 6)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from arraigo.orders import progress
from arraigo.orders.errors import WrongState
from arraigo.orders.models import WorkOrder
from arraigo.orders.queries import pause_reasons
from arraigo.people.models import Role
from arraigo.records import RuleBroken
from arraigo.retention import board, dispatch
from arraigo.web import lists, replies
from arraigo.web.access import posted, staff, user_of
from arraigo.web.operations import access, contexts
from arraigo.web.operations.errors import NothingChosen
from arraigo.web.operations.forms import AssignForm, HandOverForm, PauseForm, PrintForm
from arraigo.web.operations.lists import orders as order_list

MOST_CHOSEN = 100
"""Boxes that are ticked again after a refusal: an address has its limits."""
MOST_DIGITS = 12
TWO = 2


@require_GET
@staff(Role.OPERATIONS_SUPERVISOR)
def orders(request: HttpRequest) -> HttpResponse:
    """The board: open orders of the own centre, late first, with the load of technicians and zones."""
    user = user_of(request)
    centers, page = access.centers(user), contexts.page(user, request.GET)
    return lists.reply(
        request, order_list(centers, page["technicians"]), lambda: access.open_orders(user),
        "operations/orders.html", page,
        prepare=contexts.rows, begin=lambda: board.first_orders(centers), total=lambda: page["total"],
    )  # fmt: skip


def _again(request: HttpRequest, why: str) -> HttpResponse:
    """The board once more with the sentence, and with what was chosen."""
    messages.error(request, why)
    query = QueryDict(mutable=True)
    query.setlist("order", request.POST.getlist("order")[:MOST_CHOSEN])
    if "everything" in request.POST:
        query["everything"] = "1"
    query["give"] = request.POST.get("technician", "")
    return redirect(f"{reverse('operations_orders')}?{query.urlencode()}")


def _chosen(request: HttpRequest) -> list[WorkOrder]:
    """The chosen orders with the technicians that the person saw them with; 404 for orders of others.

    Raises WrongState for one that was closed meanwhile, OrdersChanged and TooManyOrders where all of a filter
    were meant.
    """
    user, shown = user_of(request), request.POST.get("everything", "")
    chosen = access.everything(user, shown) if shown else access.orders(user, request.POST.getlist("order"))
    seen = dict(text.split(":", 1) for text in request.POST.getlist("seen") if ":" in text)
    for order in chosen:
        if order.number in seen:
            key = seen[order.number]
            order.technician_id = int(key) if key.isdecimal() and len(key) < MOST_DIGITS else None
    return chosen


def _with_chosen(request: HttpRequest, act: Callable[[list[WorkOrder]], str]) -> HttpResponse:
    """Do something with the chosen orders and say what was done, or why not, on the board."""
    try:
        done = act(_chosen(request))
    except RuleBroken as refusal:
        return _again(request, str(refusal))
    messages.success(request, done)
    return redirect("operations_orders")


@posted
@staff(Role.OPERATIONS_SUPERVISOR)
def print_orders(request: HttpRequest) -> HttpResponse:
    """Print the chosen orders in one batch; with a technician, they are assigned too."""
    user = user_of(request)

    def act(chosen: list[WorkOrder]) -> str:
        form = PrintForm(access.centers(user), request.POST)
        if not chosen or not form.is_valid():
            raise NothingChosen(_("Choose at least one order, and a technician of your centre or none."))
        batch = dispatch.print_and_assign(chosen, technician=form.cleaned_data["technician"], actor=user)
        page = reverse("operations_batch_page", args=[batch.number])
        link = format_html('<a href="{}">{}</a>', page, batch.number)
        done = format_html(_("Batch {batch} is ready: open it here, or below under Latest batches."), batch=link)
        nobodys = batch.work_orders.filter(technician=None).count()
        left = ngettext(
            "%(count)d of its orders has no technician yet: step 6 waits for that.",
            "%(count)d of its orders have no technician yet: step 6 waits for that.",
            nobodys,
        )
        return format_html("{} {}", done, left % {"count": nobodys}) if nobodys else done

    return _with_chosen(request, act)


@posted
@staff(Role.OPERATIONS_SUPERVISOR)
def hand_over(request: HttpRequest) -> HttpResponse:
    """Give the chosen orders to a technician of the centre: all of them or none."""
    user = user_of(request)

    def act(chosen: list[WorkOrder]) -> str:
        form = HandOverForm(access.centers(user), request.POST)
        if not chosen or not form.is_valid():
            raise NothingChosen(_("Choose at least one order, and the technician of your centre who gets them."))
        technician = form.cleaned_data["technician"]
        count = dispatch.hand_over(chosen, technician=technician, actor=user)
        done = ngettext("%(count)d order is now %(technician)s's.", "%(count)d orders are now %(technician)s's.", count)
        return done % {"count": count, "technician": technician}

    return _with_chosen(request, act)


@posted
@staff(Role.OPERATIONS_SUPERVISOR)
def swap(request: HttpRequest) -> HttpResponse:
    """Exchange the technicians of the two chosen orders."""

    def act(chosen: list[WorkOrder]) -> str:
        if len(chosen) != TWO:
            raise NothingChosen(_("Choose exactly two orders to swap their technicians."))
        first, second = chosen
        dispatch.swap(first, second, actor=user_of(request))
        told = {"first": first.number, "second": second.number}
        return _("%(first)s and %(second)s have swapped their technicians.") % told

    return _with_chosen(request, act)


def _closed(request: HttpRequest, order: WorkOrder) -> HttpResponse:
    """Back to the board with what became of the order."""
    messages.error(request, str(WrongState(order.number, order.get_state_display())))
    return redirect("operations_orders")


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
        replies.attempt(request, lambda: dispatch.hand_over([order], technician=technician, actor=user), done)
        return redirect("operations_orders")
    if request.method == "GET" and order.closed_at is not None:
        return _closed(request, order)
    return replies.page(request, "operations/assign.html", {"order": order, "form": form})


@require_http_methods(["GET", "POST"])
@staff(Role.OPERATIONS_SUPERVISOR)
def pause(request: HttpRequest, number: str) -> HttpResponse:
    """Stop the 24 hours of an order on evidence."""
    user = user_of(request)
    order = access.order(user, number)
    form = PauseForm(pause_reasons(order), replies.typed(request), request.FILES or None)
    if replies.sent(request, form):
        try:
            dispatch.pause_order(order, actor=user, **form.cleaned_data)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The 24 hours of %(order)s stand still.") % {"order": number})
            return redirect("operations_orders")
    if request.method == "GET" and order.closed_at is not None:
        return _closed(request, order)
    return replies.page(request, "operations/pause.html", {"order": order, "form": form})


@posted
@staff(Role.OPERATIONS_SUPERVISOR)
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """Let the 24 hours run on."""
    user = user_of(request)
    order = access.order(user, number)
    done = _("The 24 hours of %(order)s run on.") % {"order": number}
    replies.attempt(request, lambda: progress.resume(order, actor=user), done)
    return redirect("operations_orders")
