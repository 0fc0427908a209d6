"""Finding a customer, and the customer at a glance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from arraigo.customers import search as find
from arraigo.web import lists
from arraigo.web.access import CUSTOMER_READERS, CUSTOMER_WRITERS, staff, user_of
from arraigo.web.customers import access, contexts
from arraigo.web.customers.lists import FOUND, ranked

MOST_FOUND = 30


@require_GET
@staff(*CUSTOMER_READERS)
def search(request: HttpRequest) -> HttpResponse:
    """Customers by name, document, contract, phone, product number or address. One exact hit opens at once."""
    words = request.GET.get("q", "").strip()[:120]
    found = find.search(words, MOST_FOUND) if words else []
    if len(found) == 1 and found[0].number == words:
        return redirect("customer", found[0].number)
    context = {
        "search_words": words,
        "any_found": bool(found),
        "may_write": user_of(request).has_role(*CUSTOMER_WRITERS),
    }
    return lists.reply(request, FOUND, ranked(found), "customers/search.html", context, keep=("q",))


@require_GET
@staff(*CUSTOMER_READERS)
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """The customer at a glance: lights, debt, products, faults and the verdict, bills, promises."""
    user = user_of(request)
    context = contexts.customer_page(access.customer(number), user)
    context["may_write"] = user.has_role(*CUSTOMER_WRITERS)
    context["open_case"] = next((case for case in context["cases"] if case.closed_at is None), None)
    return render(request, "customers/customer.html", context)
