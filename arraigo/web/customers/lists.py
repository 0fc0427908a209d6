"""Whom a search found, as a list: the best first, or as the person sorts it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from arraigo.customers.models import Customer
from arraigo.network.models import Zone
from arraigo.web.filters import Choice
from arraigo.web.lists import Column, List


def ranked(found: Sequence[Customer]) -> QuerySet[Customer]:
    """The customers found as rows, in the order in which they were found."""
    places = [When(pk=customer.pk, then=Value(place)) for place, customer in enumerate(found)]
    rows = Customer.objects.filter(pk__in=[customer.pk for customer in found])
    if places:
        rows = rows.order_by(Case(*places, output_field=IntegerField()))
    return rows.select_related("zone").prefetch_related("phones", "products__offering")


def zones() -> list[tuple[Any, str]]:
    return list(Zone.objects.order_by("name").values_list("pk", "name"))


def _products(customer: Customer) -> str:
    return "; ".join(product.offering.name for product in customer.products.all() if product.is_alive)


def _phones(customer: Customer) -> str:
    return "; ".join(phone.number for phone in customer.phones.all())


FOUND = List(
    name="found",
    label=_("Customers"),
    row="customers/found_row.html",
    remembers=False,
    columns=(
        Column("name", _("Name"), ("name",), lambda customer: customer.name),
        Column("number", _("Contract"), ("number",), lambda customer: customer.number),
        Column("document", _("Document"), ("document",), lambda customer: customer.document),
        Column("phones", _("Phones"), (), _phones),
        Column("products", _("Products"), (), _products),
        Column("zone", _("Zone"), ("zone__name",), lambda customer: str(customer.zone or ""), nullable=True),
        Column("category", _("Category"), ("category",), lambda customer: customer.get_category_display()),
    ),
    filters=(
        Choice("kind", _("Member or customer"), Customer.Kind.choices),
        Choice("category", _("Category"), Customer.Category.choices),
        Choice("zone", _("Zone"), zones),
    ),
)
