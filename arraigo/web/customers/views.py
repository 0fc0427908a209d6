"""Finding a customer, the customer at a glance, and the timeline."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from arraigo.customers import search as find
from arraigo.customers.models import Customer
from arraigo.people.models import User
from arraigo.retention.faults import Verdict
from arraigo.tickets import actions
from arraigo.web import drafts, lists
from arraigo.web.access import CUSTOMER_READERS, CUSTOMER_WRITERS, posted, staff, user_of
from arraigo.web.customers import access, contexts
from arraigo.web.customers.entry import entered
from arraigo.web.customers.forms import SolutionForm
from arraigo.web.customers.lists import FOUND, ranked

MOST_FOUND, MOST_HITS, LEAST_LETTERS = 30, 8, 2
HITS = "search-hits"
"""Id of the part below the search box."""


@require_GET
@staff(*CUSTOMER_READERS)
def search(request: HttpRequest) -> HttpResponse:
    """Customers by name, document, contract, phone, product number or address. One exact hit opens at once.

    So does the exact number of a case, a work order or a ticket that the person may read.
    """
    words = request.GET.get("q", "").strip()[:120]
    numbered = access.numbered(user_of(request), words)
    if request.headers.get("HX-Target") == HITS:
        return _hits(request, words, numbered)
    if numbered:
        return redirect(numbered)
    found = find.search(words, MOST_FOUND) if words else []
    if len(found) == 1 and find.is_number_of(words, found[0]):
        return redirect("customer", found[0].number)
    context = {
        "search_words": words,
        "any_found": bool(found),
        "may_write": user_of(request).has_role(*CUSTOMER_WRITERS),
    }
    return lists.reply(request, FOUND, ranked(found), "customers/search.html", context, keep=("q",))


def _hits(request: HttpRequest, words: str, numbered: str) -> HttpResponse:
    """The first few found while typing, or what stands at `numbered`; nobody for less than two letters."""
    found = [] if numbered else find.search(words, MOST_HITS) if len(words) >= LEAST_LETTERS else []
    placed = find.by_address(words, found)
    hits = [(reverse("customer", args=[each.number]), each.name, _told(each, each.pk in placed)) for each in found]
    if numbered:
        hits = [(numbered, words.upper(), "")]
    answer = render(request, "customers/part_hits.html", {"search_words": words, "hits": hits})
    patch_vary_headers(answer, ["HX-Target"])
    return answer


def _told(customer: Customer, is_placed: bool) -> str:
    """What tells one customer from another of that name; the address where it was asked for."""
    known = (customer.address,) if is_placed else (customer.number, customer.document)
    parts = (*known, customer.zone.name if customer.zone else "")
    return " · ".join(part for part in parts if part)


@require_GET
@staff(*CUSTOMER_READERS)
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """The customer at a glance: lights, debt, products, faults and the verdict, bills, promises."""
    return render(request, "customers/customer.html", contexts.customer_page(access.customer(number), user_of(request)))


@require_GET
@staff(*CUSTOMER_READERS)
def timeline(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that happened with the customer, newest first, of all kinds or of one."""
    found = access.customer(number)
    kind, before = request.GET.get("kind", ""), moment(request.GET.get("before", ""))
    context = {"customer": found, **contexts.timeline_page(found, user_of(request), kind, before)}
    partial = request.headers.get("HX-Target") == "timeline" and "HX-History-Restore-Request" not in request.headers
    answer = render(request, "customers/part_timeline.html" if partial else "customers/timeline.html", context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def moment(text: str) -> dt.datetime | None:
    """The moment of an address; None where it is none."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and 1900 < found.year < 2200 else None


@posted
@staff(*CUSTOMER_WRITERS)
def solution(request: HttpRequest, number: str) -> HttpResponse:
    """The faults of a product are really solved, or the customer disputes it: the verdict changes at once."""
    product, user = access.product(number), user_of(request)
    form, owner = SolutionForm(request.POST), access.customer(product.customer.number)
    judged = contexts.verdict_of(product)
    done = entered(request, form, lambda data: say(judged, data, user))
    if done is not None:
        drafts.forget(request)
    if done is not None and not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, contexts.verdict_of(product).because)
        return redirect("customer", owner.number)
    context = contexts.customer_page(owner, user)
    context |= {"solution_form": form, "solution_of": product.number if done is None else "", "oob": True}
    template = "customers/part_faults.html" if request.htmx else "customers/customer.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=400 if done is None else 200)


def say(judged: Verdict, data: dict[str, Any], user: User) -> Any:
    """Record what the customer says about the faults behind the verdict."""
    faults = judged.history.tickets
    if data["act"] == "dispute" or not faults:
        return actions.dispute_solutions(faults, reason=data["reason"], actor=user)
    return actions.confirm_all(faults, reason=data["reason"], actor=user)
