"""Customers and products entered by hand."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from arraigo.customers import actions
from arraigo.products import actions as products
from arraigo.products.models import Product
from arraigo.records import RuleBroken
from arraigo.terminations import actions as terminations
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.customers import access
from arraigo.web.customers.forms import CustomerForm, ProductForm, ProductStateForm

TITLES: dict[str, Promise] = {
    "new_customer": gettext_lazy("New customer"),
    "change_customer": gettext_lazy("Change the customer"),
    "new_product": gettext_lazy("New product"),
    "product": gettext_lazy("Product"),
}


def entered(request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """Carry out `act` with a good form; what it gave, or None with the reason in the form."""
    if not replies.sent(request, form):
        return None
    try:
        return act(form.cleaned_data)
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return None


def form_page(request: HttpRequest, title: str, form: Form, **context: Any) -> HttpResponse:
    """A plain page with one form."""
    return replies.page(request, "customers/form.html", {"title": TITLES[title], "form": form, **context})


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def customer_new(request: HttpRequest) -> HttpResponse:
    """Enter a customer by hand."""
    actor, form = user_of(request), CustomerForm(replies.typed(request))
    made = entered(request, form, lambda data: actions.add_customer(actor=actor, **data))
    if made is not None:
        messages.success(request, _("%(name)s is entered.") % {"name": made.name})
        return redirect("customer", made.number)
    return form_page(request, "new_customer", form)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def customer_change(request: HttpRequest, number: str) -> HttpResponse:
    """Change what is known of a customer."""
    customer, actor = access.customer(number), user_of(request)
    form = CustomerForm(replies.typed(request), customer=customer)

    def change(data: dict[str, Any]) -> Any:
        data.pop("number")
        return actions.change_customer(customer, actor=actor, **data)

    if entered(request, form, change) is not None:
        messages.success(request, _("The changes are saved."))
        return redirect("customer", number)
    return form_page(request, "change_customer", form, customer=customer)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def product_new(request: HttpRequest, number: str) -> HttpResponse:
    """Note what a customer has installed."""
    customer, actor = access.customer(number), user_of(request)
    form = ProductForm(replies.typed(request))
    made = entered(request, form, lambda data: products.add_product(customer, actor=actor, **data))
    if made is not None:
        messages.success(request, _("%(product)s is entered.") % {"product": made})
        return redirect("customer", number)
    return form_page(request, "new_product", form, customer=customer)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def product(request: HttpRequest, number: str) -> HttpResponse:
    """Another state of a product: suspended, active again, ended with a reason."""
    found, actor = access.product(number), user_of(request)
    form = ProductStateForm(found, replies.typed(request))

    def change(data: dict[str, Any]) -> Product:
        if data["status"] == Product.Status.TERMINATED:
            return terminations.end_product(found, data["reason"], data["ended_on"], actor=actor)
        return products.change_status(found, data["status"], actor=actor, reason=data["reason"])

    if entered(request, form, change) is not None:
        messages.success(request, _("The changes are saved."))
        return redirect("customer", found.customer.number)
    return form_page(request, "product", form, customer=found.customer, product=found)
