"""Which customers, products and tickets a person may see: all, for the roles that may look at customers."""

import re

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from arraigo.compiled import compiled, first
from arraigo.customers.models import CreditListing, Customer
from arraigo.people.models import User
from arraigo.products.models import Product
from arraigo.tickets.models import TroubleTicket
from arraigo.web.access import CASE_READERS
from arraigo.web.cases import access as cases


def customer(number: str) -> Customer:
    """The customer of that number, with zone and phones; 404 where there is none."""
    found = first(_numbered(number))
    if found is None:
        raise Http404
    return found


@compiled
def _numbered(number: str) -> QuerySet[Customer]:
    return Customer.objects.select_related("zone").prefetch_related("phones").filter(number=number)


def listing(pk: int) -> CreditListing:
    """A listing in the Central de Riesgos, with its customer; 404 where there is none."""
    rows = CreditListing.objects.select_related("customer")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def product(number: str) -> Product:
    """The product of that number, with its customer; 404 where there is none."""
    found = Product.objects.select_related("customer", "offering").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def ticket(number: str) -> TroubleTicket:
    """The ticket of that number, with customer and product; 404 where there is none."""
    found = (
        TroubleTicket.objects.select_related("customer", "product__offering", "outage", "opened_by")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


def numbered(user: User, words: str) -> str:
    """The page of the case, work order or ticket whose number `words` is; "" where `user` may read none of that number.

    For whom may look at customers, and so at tickets.
    """
    number = "-".join(re.split(r"[\s–-]+", words.upper()))
    kind = number.partition("-")[0]
    if "\0" in number:  # PostgreSQL takes none
        return ""
    if kind == "TK" and TroubleTicket.objects.filter(number=number).exists():
        return reverse("ticket", args=[number])
    if not user.has_role(*CASE_READERS):
        return ""
    if kind == "RET" and cases.cases(user).filter(number=number).exists():
        return reverse("case", args=[number])
    if kind == "OT" and cases.work_orders(user).filter(number=number).exists():
        return reverse("work_order", args=[number])
    return ""
