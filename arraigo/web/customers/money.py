"""Payments and listings in the Central de Riesgos, entered by hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.customers import actions
from arraigo.people.models import Role
from arraigo.web import replies
from arraigo.web.access import CUSTOMER_WRITERS, staff, user_of
from arraigo.web.customers import access
from arraigo.web.customers.entry import entered
from arraigo.web.customers.money_forms import LiftForm, ListingForm, PaymentForm
from arraigo.web.templatetags.show import bs

COLLECTORS = (*CUSTOMER_WRITERS, Role.BILLING)


@require_http_methods(["GET", "POST"])
@staff(*COLLECTORS)
def payment_new(request: HttpRequest, number: str) -> HttpResponse:
    """Take a payment on an issued bill of the customer."""
    customer, actor = access.customer(number), user_of(request)
    form = PaymentForm(replies.typed(request), customer=customer)
    made = entered(request, form, lambda data: billing.pay(data.pop("bill"), actor=actor, **data))
    if made is not None:
        messages.success(request, _("The payment of %(amount)s is entered.") % {"amount": bs(made.amount)})
        return redirect("customer", number)
    context = {"title": _("New payment"), "form": form, "customer": customer}
    return replies.page(request, "customers/form.html", context)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def credit_listing_new(request: HttpRequest, number: str) -> HttpResponse:
    """The customer's listings in force, and the form for another one. The look is logged."""
    customer, actor = access.customer(number), user_of(request)
    form = ListingForm(replies.typed(request))
    made = entered(request, form, lambda data: actions.add_listing(customer, actor=actor, **data))
    if made is not None:
        messages.success(request, _("The listing is entered."))
        return redirect("credit_listing_new", number)
    listings = actions.look_at_listings(customer, by=actor, reason=_("Listings entered by hand"))
    context = {"form": form, "customer": customer, "listings": listings, "today": clock.today()}
    return replies.page(request, "customers/credit_listings.html", context)


@require_http_methods(["GET", "POST"])
@staff(*CUSTOMER_WRITERS)
def credit_listing_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a listing was lifted. The look is logged."""
    listing, actor = access.listing(pk), user_of(request)
    form = LiftForm(replies.typed(request), listing=listing)
    lifted = entered(request, form, lambda data: actions.lift_listing(listing, on=data["lifted_on"], actor=actor))
    if lifted is not None:
        messages.success(request, _("The listing is lifted."))
        return redirect("customer", listing.customer.number)
    actions.look_at_listings(listing.customer, by=actor, reason=_("Lifting a listing"))
    title = _("Lift the listing of %(bureau)s") % {"bureau": listing.bureau}
    context = {"title": title, "form": form, "customer": listing.customer}
    return replies.page(request, "customers/form.html", context)
